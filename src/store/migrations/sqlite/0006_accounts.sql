-- What staff did: only ever added to. `agent` is null where nobody has the name, as in a failed sign-in.
create table audit (
    id           integer not null primary key autoincrement,
    at           integer not null,
    agent        text,
    agent_name   text    not null,
    shop         text,
    conversation text,
    action       text    not null,
    detail       text    not null -- JSON object without secrets or shoppers' words
);

create index audit_shop on audit (shop, id) where shop is not null;
create index audit_agent on audit (agent, id) where agent is not null;
create index audit_action on audit (action, id);

-- Since when a member may not sign in any more; null for those who may.
alter table agents add column disabled_at integer;
-- Who they are to the sign-in service, by the claim that `oidc.toml` names.
alter table agents add column oidc_subject text;

create unique index agents_oidc_subject on agents (oidc_subject) where oidc_subject is not null;

-- Where a session was begun, and whether another sign-in service vouched for it.
alter table sessions add column client text not null default '';
alter table sessions add column vouched integer not null default 0 check (vouched in (0, 1));

-- The second step of signing in. The secret is sealed with a key that the data folder keeps.
create table second_steps (
    agent        text    not null primary key references agents (id) on delete cascade,
    secret       blob    not null,
    confirmed_at integer, -- null while it is being set up
    last_used    integer not null default 0 -- the time step of the last code: a code counts once
) without rowid;

-- SHA-256 of the recovery codes that were not used yet.
create table recovery_codes (
    agent text not null references agents (id) on delete cascade,
    hash  blob not null,
    primary key (agent, hash)
) without rowid;

-- Sign-ins by another service that are under way, by SHA-256 of their state; each comes back once.
create table sign_in_tries (
    state_hash blob    not null primary key,
    go_to      text    not null,
    expires_at integer not null
) without rowid;
