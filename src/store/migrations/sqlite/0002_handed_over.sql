-- When a conversation was first brought to people: staff of its shop may see it from then on, also after it went
-- back to the bot. Of older conversations, those tell it that wait, are held or were, or carry what a person wrote.
alter table conversations add column handed_at integer;

update conversations set handed_at = coalesce(waiting_since, touched_at)
where handoff is not null or agent is not null or mode in ('queue', 'agent', 'message')
   or exists (select 1 from messages where conversation = conversations.id and author = 'agent')
   or exists (select 1 from notes where conversation = conversations.id);
