CREATE TABLE `warehouse_sources` (
	`warehouse_id` text NOT NULL,
	`source_id` text NOT NULL,
	`schema` text NOT NULL,
	`enabled` integer NOT NULL,
	`since` integer,
	`left_out` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`warehouse_id`, `source_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `warehouse_sources_schema` ON `warehouse_sources` (`warehouse_id`,`schema`);--> statement-breakpoint
CREATE INDEX `warehouse_sources_source` ON `warehouse_sources` (`source_id`);--> statement-breakpoint
CREATE TABLE `warehouses` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`name` text NOT NULL,
	`enabled` integer NOT NULL,
	`settings` text NOT NULL,
	`secrets` text,
	`secrets_key_id` text,
	`schedule` text NOT NULL,
	`report` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `warehouses_workspace` ON `warehouses` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE TRIGGER `warehouses_delete_sources` AFTER DELETE ON `warehouses` BEGIN
  DELETE FROM `warehouse_sources` WHERE `warehouse_id` = OLD.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `sources_delete_warehouse_sources` AFTER DELETE ON `sources` BEGIN
  DELETE FROM `warehouse_sources` WHERE `source_id` = OLD.`id`;
END;
