CREATE TABLE `certifications` (
	`id` text PRIMARY KEY NOT NULL,
	`integration_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`state` text NOT NULL,
	`list_version` integer NOT NULL,
	`content` text NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`made` integer NOT NULL,
	`checks` integer NOT NULL,
	`passed` integer NOT NULL,
	`skipped` integer NOT NULL,
	`errors` integer NOT NULL,
	`tasks` integer NOT NULL,
	`warnings` integer NOT NULL,
	`requests` integer NOT NULL,
	`certified` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `certifications_integration` ON `certifications` (`integration_id`,`started_at`,`id`);