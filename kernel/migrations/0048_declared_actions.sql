-- What the database knows of an action's declaration: how many other people have to agree to it whatever a policy says, which
-- events it may append when it is carried out here, and whether it erases. Written at every migration, as roles are.
CREATE TABLE kernel.declared_action (
  action         text     PRIMARY KEY,
  least_required smallint NOT NULL CHECK (least_required >= 0),
  event_types    text[],                                  -- null: any of its console; nothing, where that is the kernel's
  erases         boolean  NOT NULL
);
GRANT SELECT ON kernel.declared_action TO countersign_app, countersign_auditor;
