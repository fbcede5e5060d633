-- Finance knows a merchant by its name.
CREATE OR REPLACE FUNCTION merchants.paid_settlement_json(s merchants.settlement) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT merchants.settlement_json(s) || jsonb_strip_nulls(jsonb_build_object(
    'merchant_name', (SELECT m.name FROM merchants.merchant m WHERE m.id = s.merchant_id),
    'state', s.state, 'confirmed_at', platform.instant(s.confirmed_at), 'confirm_reason', s.confirm_reason))
$$;
