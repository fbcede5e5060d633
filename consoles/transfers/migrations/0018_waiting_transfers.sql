-- What a freeze stops: the transfers of a party that have not left yet.
CREATE INDEX transfer_waiting_from ON transfers.transfer ((record #>> '{originator,party_id}')) WHERE state = 'created';
CREATE INDEX transfer_waiting_to ON transfers.transfer ((record #>> '{receiver,party_id}')) WHERE state = 'created';
