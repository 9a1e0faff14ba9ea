-- The queue serves what is more urgent first, and each group of people what is theirs. Both are copies out of the
-- handoff, for the order.
alter table conversations add column grp text not null default '';
alter table conversations add column priority integer not null default 0;

-- The current or last stay with people, JSON; all of them are in `stints`.
alter table conversations add column stint text;
-- What staff have marked it with, a JSON list.
alter table conversations add column tags text not null default '[]';

drop index conversations_waiting;
create index conversations_waiting on conversations (shop, mode, priority desc, waiting_since)
    where mode in ('queue', 'message', 'agent');
create index conversations_closed on conversations (shop, closed_at) where mode = 'closed' and handed_at is not null;

-- Every stay of a conversation with people: what reports are made of.
create table stints (
    conversation text    not null references conversations (id),
    number       integer not null check (number > 0),
    shop         text    not null,
    queued_at    integer not null,
    document     text    not null, -- JSON
    primary key (conversation, number)
) without rowid;

create index stints_shop on stints (shop, queued_at);

-- What people are there for: JSON list of group ids (empty: all), and how many conversations at once (0: as their
-- shops say).
alter table agents add column groups text not null default '[]';
alter table agents add column capacity integer not null default 0;

-- Who is at their desk. A desk that is open tells it again and again; one that has not told it for some time is gone.
create table presence (
    agent    text    not null primary key references agents (id) on delete cascade,
    status   text    not null check (status in ('here', 'away')),
    seen_at  integer not null,
    -- When they were last given a conversation, and when one of theirs last ended.
    given_at integer,
    freed_at integer
) without rowid;

-- Notes that name a colleague, until that colleague has looked.
create table mentions (
    agent        text    not null references agents (id) on delete cascade,
    conversation text    not null references conversations (id),
    number       integer not null,
    primary key (agent, conversation, number)
) without rowid;
