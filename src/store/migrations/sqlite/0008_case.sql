-- What people at the desk changed in the shop's system, once by the client's id: the same again has the same outcome.
create table agent_changes (
    conversation text    not null references conversations (id),
    client_id    text    not null,
    agent        text    not null,
    agent_name   text    not null,
    asked        text    not null, -- a digest of what was asked
    change       text, -- JSON; null where nothing was sent to the shop's system
    outcome      text, -- JSON; null while it is not known
    at           integer not null,
    primary key (conversation, client_id)
) without rowid;

-- Conversations that people had, in the order in which something was last said or noted in them: what an index of
-- messages has to look at again. Numbers grow in the order of commits, for there is one writer at a time.
create table touched (
    number       integer not null primary key autoincrement,
    conversation text    not null unique references conversations (id)
);

insert into touched (conversation)
select id from conversations where handed_at is not null order by touched_at, id;

create trigger touched_by_message after insert on messages
when exists (select 1 from conversations where id = new.conversation and handed_at is not null)
begin
    insert or replace into touched (conversation) values (new.conversation);
end;

create trigger touched_by_note after insert on notes
when exists (select 1 from conversations where id = new.conversation and handed_at is not null)
begin
    insert or replace into touched (conversation) values (new.conversation);
end;

create trigger touched_by_handoff after update of handed_at on conversations
when old.handed_at is null and new.handed_at is not null
begin
    insert or replace into touched (conversation) values (new.id);
end;

-- Which database this is: numbers of another say nothing.
create table touched_of (
    id text not null primary key
) without rowid;

insert into touched_of (id) values (lower(hex(randomblob(16))));

-- What was proposed to people at the desk and what they said instead.
create table proposal_uses (
    number       integer not null primary key autoincrement,
    conversation text    not null references conversations (id),
    seq          integer not null,
    source       text    not null,
    proposed     text    not null,
    said         text    not null,
    at           integer not null,
    unique (conversation, seq)
);

create index messages_by_agents on messages (at, conversation, seq) where author = 'agent';
create index conversations_owned on conversations (shop, owner, touched_at)
    where owner is not null and handed_at is not null;
