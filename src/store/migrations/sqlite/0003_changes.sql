-- Changes that were carried out, once by their key: the history of orders and wallets. Refusals are not kept, they
-- are worked out anew.
create table changes (
    shop     text    not null,
    key      text    not null,
    shopper  text    not null,
    order_id text,
    at       integer not null,
    request  text, -- JSON; null for tickets of before this table
    outcome  text    not null, -- JSON
    primary key (shop, key)
);

create index changes_order on changes (shop, order_id, at) where order_id is not null;

insert into changes (shop, key, shopper, order_id, at, outcome)
select shop, key, shopper, order_id, opened_at, json_object('ticket_opened', id) from tickets;

-- Wallets: the coupons a shopper has or had, in the order of their claims.
create table wallets (
    shop     text    not null,
    shopper  text    not null,
    place    integer not null,
    document text    not null,
    primary key (shop, shopper, place)
) without rowid;

-- Wallets of orders that used coupons, as a seed fills them.
insert into wallets (shop, shopper, place, document)
select orders.shop, orders.shopper, row_number() over (partition by orders.shop, orders.shopper order by placed_at, orders.id, used.key) - 1,
       json_object('promotion', used.value, 'claimed_at', json_extract(orders.document, '$.placed_at'), 'order', orders.id)
from orders, json_each(orders.document, '$.coupons') as used;

-- What everybody buys, newest first, for what goes together.
create index orders_placed on orders (shop, placed_at);
