CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`name` text NOT NULL,
	`redirect_uris` text NOT NULL,
	`start_url` text,
	`secret_hash` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_integration` ON `oauth_clients` (`integration_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `oauth_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`client_id` text NOT NULL,
	`destination_id` text NOT NULL,
	`allowed_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_grants_client` ON `oauth_grants` (`destination_id`,`client_id`);--> statement-breakpoint
CREATE INDEX `oauth_grants_client_id` ON `oauth_grants` (`client_id`);--> statement-breakpoint
CREATE TABLE `oauth_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`grant_id` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`spent_at` integer,
	`challenge` text,
	`redirect_uri` text
);
--> statement-breakpoint
CREATE INDEX `oauth_tokens_grant` ON `oauth_tokens` (`grant_id`,`kind`,`created_at`);--> statement-breakpoint
CREATE INDEX `oauth_tokens_expires` ON `oauth_tokens` (`expires_at`);--> statement-breakpoint
CREATE TRIGGER `oauth_grants_delete` AFTER DELETE ON `oauth_grants` BEGIN
  DELETE FROM `oauth_tokens` WHERE `grant_id` = OLD.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `oauth_clients_delete` AFTER DELETE ON `oauth_clients` BEGIN
  DELETE FROM `oauth_grants` WHERE `client_id` = OLD.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `destinations_delete_grants` AFTER DELETE ON `destinations` BEGIN
  DELETE FROM `oauth_grants` WHERE `destination_id` = OLD.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `integrations_delete_clients` AFTER DELETE ON `integrations` BEGIN
  DELETE FROM `oauth_clients` WHERE `integration_id` = OLD.`id`;
END;
