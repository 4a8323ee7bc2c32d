CREATE TABLE `customer_notices` (
	`integration_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`ends_at` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`integration_id`, `workspace_id`, `ends_at`)
);
--> statement-breakpoint
ALTER TABLE `integrations` ADD `measure` text;--> statement-breakpoint
ALTER TABLE `lifecycles` ADD `measured_at` integer;--> statement-breakpoint
ALTER TABLE `lifecycles` ADD `decided_by` text;--> statement-breakpoint
ALTER TABLE `lifecycles` ADD `appealed_at` integer;--> statement-breakpoint
ALTER TABLE `lifecycles` ADD `overturned_at` integer;