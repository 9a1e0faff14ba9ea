-- The schema as SQLite's migrations 1 to 13 leave it, for PostgreSQL; those say what tables and columns mean. Times are
-- nanoseconds since 1970 in UTC, truth is 0 or 1, and ids compare byte by byte.

create table conversations (
    id               text collate "C" not null primary key,
    shop             text    not null,
    token_hash       bytea   not null unique,
    token_expires_at bigint  not null,
    shopper          text,
    owner            text,
    mode             text    not null check (mode in ('bot', 'queue', 'agent', 'message', 'closed')),
    agent            text,
    agent_name       text,
    last_seq         bigint  not null,
    last_shopper_seq bigint  not null,
    answered_up_to   bigint  not null,
    version          bigint  not null,
    state            text    not null,
    locale           text    not null,
    page_product     text,
    page_order       text,
    page_url         text,
    shopper_read     bigint  not null,
    staff_read       bigint  not null,
    rating_score     bigint  check (rating_score between 1 and 5),
    rating_comment   text,
    rating_at        bigint,
    handoff          text,
    waiting_since    bigint,
    closed_at        bigint,
    created_at       bigint  not null,
    touched_at       bigint  not null,
    handed_at        bigint,
    look_again_at    bigint,
    grp              text    not null default '',
    priority         bigint  not null default 0,
    stint            text,
    tags             text    not null default '[]'
);

create index conversations_unanswered on conversations (touched_at)
    where last_shopper_seq > answered_up_to and mode <> 'agent';
create index conversations_waiting on conversations (shop, mode, priority desc, waiting_since)
    where mode in ('queue', 'message', 'agent');
create index conversations_held on conversations (agent, mode, closed_at) where agent is not null;
create index conversations_closed on conversations (shop, closed_at) where mode = 'closed' and handed_at is not null;
create index conversations_owned on conversations (shop, owner, touched_at)
    where owner is not null and handed_at is not null;
create index conversations_unhanded on conversations (shop, touched_at) where handed_at is null;
create index conversations_silent on conversations (look_again_at) where look_again_at is not null and mode = 'bot';
create index conversations_recent on conversations (shop, touched_at);

create table messages (
    conversation text collate "C" not null references conversations (id),
    seq          bigint  not null check (seq > 0),
    author       text    not null check (author in ('shopper', 'bot', 'agent', 'system')),
    agent        text,
    agent_name   text,
    client_id    text,
    content      text,
    parts        text    not null,
    trace        text,
    at           bigint  not null,
    primary key (conversation, seq)
);

create unique index messages_client_id on messages (conversation, author, client_id) where client_id is not null;
create index messages_by_agents on messages (at, conversation, seq) where author = 'agent';

create table notes (
    conversation text    not null references conversations (id),
    number       bigint  not null check (number > 0),
    agent        text    not null,
    agent_name   text    not null,
    client_id    text    not null,
    text         text    not null,
    at           bigint  not null,
    primary key (conversation, number),
    unique (conversation, client_id)
);

create table outbox (
    id           bigint  generated always as identity primary key,
    conversation text    not null references conversations (id),
    key          text    not null,
    change       text    not null,
    attempts     bigint  not null,
    next_at      bigint  not null,
    outcome      text,
    finished_at  bigint,
    told         bigint  not null default 0 check (told in (0, 1)),
    unique (conversation, key)
);

create index outbox_due on outbox (next_at) where outcome is null;
create index outbox_untold on outbox (conversation) where outcome is not null and told = 0;

create table said_once (
    shop text    not null,
    key  text    not null,
    at   bigint  not null,
    primary key (shop, key)
);

create table learning_dismissed (
    shop text    not null,
    text text    not null,
    at   bigint  not null,
    primary key (shop, text)
);

create table stints (
    conversation text collate "C" not null references conversations (id),
    number       bigint  not null check (number > 0),
    shop         text    not null,
    queued_at    bigint  not null,
    document     text    not null,
    primary key (conversation, number)
);

create index stints_shop on stints (shop, queued_at);

create table uploads (
    id           text    not null primary key,
    conversation text    not null references conversations (id),
    agent        text,
    mime         text    not null check (mime in ('image/jpeg', 'image/png')),
    width        bigint  not null check (width > 0),
    height       bigint  not null check (height > 0),
    bound        bigint  not null default 0 check (bound in (0, 1)),
    at           bigint  not null,
    bytes        bytea   not null
);

create index uploads_conversation on uploads (conversation);
create index uploads_unused on uploads (at) where bound = 0;

create table agents (
    id            text    not null primary key,
    name          text    not null,
    folded        text collate "C" not null unique,
    password_hash text    not null,
    role          text    not null check (role in ('owner', 'editor', 'agent')),
    shops         text    not null,
    must_change   bigint  not null check (must_change in (0, 1)),
    created_at    bigint  not null,
    groups        text    not null default '[]',
    capacity      bigint  not null default 0,
    disabled_at   bigint,
    oidc_subject  text
);

create unique index agents_oidc_subject on agents (oidc_subject) where oidc_subject is not null;

create table sessions (
    token_hash bytea   not null primary key,
    agent      text    not null references agents (id) on delete cascade,
    expires_at bigint  not null,
    created_at bigint  not null,
    client     text    not null default '',
    vouched    bigint  not null default 0 check (vouched in (0, 1))
);

create index sessions_agent on sessions (agent);

create table second_steps (
    agent        text    not null primary key references agents (id) on delete cascade,
    secret       bytea   not null,
    confirmed_at bigint,
    last_used    bigint  not null default 0
);

create table recovery_codes (
    agent text  not null references agents (id) on delete cascade,
    hash  bytea not null,
    primary key (agent, hash)
);

create table sign_in_tries (
    state_hash bytea  not null primary key,
    go_to      text   not null,
    expires_at bigint not null
);

create table sign_in_failures (
    folded  text   not null primary key,
    count   bigint not null,
    last_at bigint not null
);

create table presence (
    agent    text   not null primary key references agents (id) on delete cascade,
    status   text   not null check (status in ('here', 'away')),
    seen_at  bigint not null,
    given_at bigint,
    freed_at bigint,
    left_at  bigint
);

create table mentions (
    agent        text   not null references agents (id) on delete cascade,
    conversation text   not null references conversations (id),
    number       bigint not null,
    primary key (agent, conversation, number)
);

create table audit (
    id           bigint generated always as identity primary key,
    at           bigint not null,
    agent        text,
    agent_name   text   not null,
    shop         text,
    conversation text,
    action       text collate "C" not null,
    detail       text   not null
);

create index audit_shop on audit (shop, id) where shop is not null;
create index audit_agent on audit (agent, id) where agent is not null;
create index audit_action on audit (action, id);

create table agent_changes (
    conversation text   not null references conversations (id),
    client_id    text   not null,
    agent        text   not null,
    agent_name   text   not null,
    asked        text   not null,
    change       text,
    outcome      text,
    at           bigint not null,
    primary key (conversation, client_id)
);

create table proposal_uses (
    number       bigint generated always as identity primary key,
    conversation text   not null references conversations (id),
    seq          bigint not null,
    source       text   not null,
    proposed     text   not null,
    said         text   not null,
    at           bigint not null,
    unique (conversation, seq)
);

create table shop_versions (
    shop   text   not null,
    number bigint not null check (number > 0),
    digest text   not null,
    files  bytea  not null,
    at     bigint not null,
    primary key (shop, number)
);

create table file_texts (
    digest bytea not null primary key,
    text   text  not null
);

create table shop_version_files (
    shop   text   not null,
    number bigint not null,
    path   text   not null,
    digest bytea  not null references file_texts (digest),
    primary key (shop, number, path),
    foreign key (shop, number) references shop_versions (shop, number)
);

create table seeded_shops (
    shop text   not null primary key,
    at   bigint not null
);

create table products (
    shop     text   not null,
    id       text   not null,
    place    bigint not null,
    document text   not null,
    primary key (shop, id)
);

create table shoppers (
    shop     text   not null,
    id       text   not null,
    place    bigint not null,
    document text   not null,
    primary key (shop, id)
);

create table orders (
    shop      text   not null,
    id        text collate "C" not null,
    shopper   text   not null,
    placed_at bigint not null,
    document  text   not null,
    primary key (shop, id)
);

create index orders_shopper on orders (shop, shopper, placed_at);
create index orders_placed on orders (shop, placed_at);

create table parcels (
    shop     text not null,
    number   text not null,
    order_id text not null,
    primary key (shop, number, order_id)
);

create table tickets (
    shop      text   not null,
    id        text collate "C" not null,
    key       text   not null,
    shopper   text   not null,
    order_id  text   not null,
    opened_at bigint not null,
    document  text   not null,
    primary key (shop, id),
    unique (shop, key)
);

create index tickets_shopper on tickets (shop, shopper, opened_at);
create index tickets_order on tickets (shop, order_id);

create table changes (
    shop     text   not null,
    key      text   not null,
    shopper  text   not null,
    order_id text,
    at       bigint not null,
    request  text,
    outcome  text   not null,
    rowid    bigint generated always as identity,
    primary key (shop, key)
);

create index changes_order on changes (shop, order_id, at) where order_id is not null;

create table wallets (
    shop     text   not null,
    shopper  text   not null,
    place    bigint not null,
    document text   not null,
    primary key (shop, shopper, place)
);

-- Numbers of `touched` grow in the order of commits, or who follows them would pass some by: whoever gives one holds the
-- lock until it is committed.
create table touched (
    number       bigint generated always as identity primary key,
    conversation text not null unique references conversations (id)
);

create function touch(which text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7283140615);
    delete from touched where conversation = which;
    insert into touched (conversation) values (which);
end $$;

create function touch_by_said() returns trigger language plpgsql as $$
begin
    if exists (select 1 from conversations where id = new.conversation and handed_at is not null) then
        perform touch(new.conversation);
    end if;
    return null;
end $$;

create function touch_by_handoff() returns trigger language plpgsql as $$
begin
    perform touch(new.id);
    return null;
end $$;

create trigger touched_by_message after insert on messages for each row execute function touch_by_said();
create trigger touched_by_note after insert on notes for each row execute function touch_by_said();
create trigger touched_by_handoff after update of handed_at on conversations for each row
    when (old.handed_at is null and new.handed_at is not null) execute function touch_by_handoff();

create table touched_of (
    id text not null primary key
);

insert into touched_of (id) values (replace(gen_random_uuid()::text, '-', ''));

create table key_marks (
    name   text not null primary key,
    digest text not null
);
