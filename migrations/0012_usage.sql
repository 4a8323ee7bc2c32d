CREATE TABLE `usage_days` (
	`workspace_id` text NOT NULL,
	`day` integer NOT NULL,
	`source_id` text NOT NULL,
	`requests` integer NOT NULL,
	`received` integer NOT NULL,
	`duplicates` integer NOT NULL,
	`rejected` integer NOT NULL,
	`archived` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `day`, `source_id`)
);
