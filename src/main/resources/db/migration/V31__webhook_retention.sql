-- Deliveries that are over are forgotten some time later. How each came out stays with its generation.
alter table generation add column webhook_status text;  -- null as long as the delivery itself is on record

create index webhook_delivery_forgettable on webhook_delivery (last_attempt_at) where status <> 'pending';
