CREATE TABLE `partners` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`application_id` text NOT NULL,
	`company` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `programme` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`colour` text NOT NULL,
	`colour_dark` text NOT NULL,
	`logo` text NOT NULL,
	`logo_type` text NOT NULL,
	`community` text NOT NULL,
	`terms` text NOT NULL,
	`contact` text NOT NULL,
	`promised_days` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `workspaces` ADD `sandbox` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `applications` ADD `sandbox_id` text;--> statement-breakpoint
ALTER TABLE `applications` ADD `shop_id` text;