-- The first schema. Times are nanoseconds since 1970 in UTC, `document` and other texts marked so are the JSON
-- forms of `wire`, and names of modes, states and roles are those of the wire.

-- One row a conversation: who answers, how far it has been answered, and what the assistant remembers.
create table conversations (
    id               text    not null primary key,
    shop             text    not null,
    -- SHA-256 of the token that resumes it; the token itself is never stored.
    token_hash       blob    not null unique,
    token_expires_at integer not null,
    -- Who is signed in now, and who was signed in last: the conversation belongs to the latter.
    shopper          text,
    owner            text,
    mode             text    not null check (mode in ('bot', 'queue', 'agent', 'message', 'closed')),
    agent            text,
    agent_name       text,
    last_seq         integer not null,
    last_shopper_seq integer not null,
    answered_up_to   integer not null,
    -- Grows with every change of state, mode, holder or identity: a turn computed before can't be committed after.
    version          integer not null,
    state            text    not null, -- JSON
    locale           text    not null,
    page_product     text,
    page_order       text,
    page_url         text,
    shopper_read     integer not null,
    staff_read       integer not null,
    rating_score     integer check (rating_score between 1 and 5),
    rating_comment   text,
    rating_at        integer,
    handoff          text, -- JSON
    waiting_since    integer,
    closed_at        integer,
    created_at       integer not null,
    touched_at       integer not null
);

-- At every start: what was stored and not answered. The index holds those few rows alone.
create index conversations_unanswered on conversations (touched_at)
    where last_shopper_seq > answered_up_to and mode <> 'agent';

-- The desk: who waits in a shop, longest first; and whom a person holds or held.
create index conversations_waiting on conversations (shop, waiting_since) where mode in ('queue', 'message');
create index conversations_held on conversations (agent, mode, closed_at) where agent is not null;

-- What was said. The numbers of a conversation run without gaps, whoever wrote.
create table messages (
    conversation text    not null references conversations (id),
    seq          integer not null check (seq > 0),
    author       text    not null check (author in ('shopper', 'bot', 'agent', 'system')),
    agent        text,
    agent_name   text,
    client_id    text,
    content      text, -- JSON, what a shopper sent, for turns and for recognising a repeated id
    parts        text    not null, -- JSON
    trace        text, -- JSON
    at           integer not null,
    primary key (conversation, seq)
) without rowid;

-- The same client id is the same message. Shoppers and staff count apart.
create unique index messages_client_id on messages (conversation, author, client_id) where client_id is not null;

-- Internal notes, never shown to shoppers, numbered on their own.
create table notes (
    conversation text    not null references conversations (id),
    number       integer not null check (number > 0),
    agent        text    not null,
    agent_name   text    not null,
    client_id    text    not null,
    text         text    not null,
    at           integer not null,
    primary key (conversation, number),
    unique (conversation, client_id)
) without rowid;

-- Changes to the shop's system: written with the turn that decided them, carried out after it, their outcome told
-- by a turn of its own. A key is used once in a conversation.
create table outbox (
    id           integer not null primary key,
    conversation text    not null references conversations (id),
    key          text    not null,
    change       text    not null, -- JSON
    attempts     integer not null,
    next_at      integer not null,
    outcome      text, -- JSON; null while it is not carried out
    finished_at  integer,
    told         integer not null default 0 check (told in (0, 1)),
    unique (conversation, key)
);

create index outbox_due on outbox (next_at) where outcome is null;
create index outbox_untold on outbox (conversation) where outcome is not null and told = 0;

-- Staff. Names are unique without regard to case: `folded` is the name in lower case.
create table agents (
    id            text    not null primary key,
    name          text    not null,
    folded        text    not null unique,
    password_hash text    not null,
    role          text    not null check (role in ('owner', 'editor', 'agent')),
    shops         text    not null, -- JSON list of shop ids; empty means all
    must_change   integer not null check (must_change in (0, 1)),
    created_at    integer not null
);

-- Their sessions, by SHA-256 of the session's token.
create table sessions (
    token_hash blob    not null primary key,
    agent      text    not null references agents (id) on delete cascade,
    expires_at integer not null,
    created_at integer not null
) without rowid;

create index sessions_agent on sessions (agent);

-- Failed sign-ins since the last success, for names that exist and names that don't.
create table sign_in_failures (
    folded  text    not null primary key,
    count   integer not null,
    last_at integer not null
) without rowid;

-- Published versions of a shop's files.
create table shop_versions (
    shop   text    not null,
    number integer not null check (number > 0),
    digest text    not null,
    files  blob    not null,
    at     integer not null,
    primary key (shop, number)
);

-- The built-in shop system. Documents hold the whole; columns beside them are what queries ask for.
create table seeded_shops (
    shop text    not null primary key,
    at   integer not null
) without rowid;

create table products (
    shop     text    not null,
    id       text    not null,
    place    integer not null, -- in the seed
    document text    not null,
    primary key (shop, id)
);

create table shoppers (
    shop     text    not null,
    id       text    not null,
    place    integer not null,
    document text    not null,
    primary key (shop, id)
);

create table orders (
    shop      text    not null,
    id        text    not null,
    shopper   text    not null,
    placed_at integer not null,
    document  text    not null,
    primary key (shop, id)
);

create index orders_shopper on orders (shop, shopper, placed_at);

create table parcels (
    shop     text not null,
    number   text not null,
    order_id text not null,
    primary key (shop, number, order_id)
) without rowid;

-- Tickets. The same key is the same ticket; whether units are free is judged within the transaction that opens one.
create table tickets (
    shop      text    not null,
    id        text    not null,
    key       text    not null,
    shopper   text    not null,
    order_id  text    not null,
    opened_at integer not null,
    document  text    not null,
    primary key (shop, id),
    unique (shop, key)
);

create index tickets_shopper on tickets (shop, shopper, opened_at);
create index tickets_order on tickets (shop, order_id);
