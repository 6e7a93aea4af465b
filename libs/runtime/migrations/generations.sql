-- Which generation of the views a consumer's marks belong to: the tables in read_<generation>. A consumer that finds
-- another generation than it began with has heard into a copy that is not shown any more, and begins again.
alter table store.heard add column generation int not null default 0;
