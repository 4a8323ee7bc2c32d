CREATE TABLE `integration_versions` (
	`integration_id` text NOT NULL,
	`number` integer NOT NULL,
	`state` text NOT NULL,
	`content` text NOT NULL,
	`docs` text NOT NULL,
	`logo` text NOT NULL,
	`logo_type` text NOT NULL,
	`mark` text NOT NULL,
	`mark_type` text NOT NULL,
	`certified_version` integer NOT NULL,
	`previous` integer,
	`created_at` integer NOT NULL,
	`edited_at` integer NOT NULL,
	`submitted_at` integer,
	`live_at` integer,
	`ended_at` integer,
	`share` integer,
	`since` integer,
	`figures` text,
	`looked_at` integer,
	`why` text DEFAULT '' NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`change_id` text DEFAULT '' NOT NULL,
	PRIMARY KEY(`integration_id`, `number`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integration_versions_draft` ON `integration_versions` (`integration_id`) WHERE state = 'draft';--> statement-breakpoint
CREATE UNIQUE INDEX `integration_versions_live` ON `integration_versions` (`integration_id`) WHERE state = 'live';--> statement-breakpoint
CREATE INDEX `integration_versions_watched` ON `integration_versions` (`looked_at`) WHERE share IS NOT NULL;--> statement-breakpoint
ALTER TABLE `integrations` ADD `certified_version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `certifications` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `programme` ADD `rollout_minutes` integer DEFAULT 60 NOT NULL;