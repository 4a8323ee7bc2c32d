-- The workspace that exists from the start, and the row that grows with every change of settings.
INSERT INTO `workspaces` (`id`, `name`, `slug`, `created_at`) VALUES ('ws_first', 'Workspace', 'workspace', 0);
--> statement-breakpoint
INSERT INTO `revision` (`id`, `value`) VALUES (1, 0);
--> statement-breakpoint
CREATE TRIGGER `sources_insert_revision` AFTER INSERT ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `sources_update_revision` AFTER UPDATE ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `sources_delete_revision` AFTER DELETE ON `sources` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `write_keys_insert_revision` AFTER INSERT ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `write_keys_update_revision` AFTER UPDATE ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `write_keys_delete_revision` AFTER DELETE ON `write_keys` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `integrations_insert_revision` AFTER INSERT ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `integrations_update_revision` AFTER UPDATE ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `integrations_delete_revision` AFTER DELETE ON `integrations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `destinations_insert_revision` AFTER INSERT ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `destinations_update_revision` AFTER UPDATE ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `destinations_delete_revision` AFTER DELETE ON `destinations` BEGIN
  UPDATE `revision` SET `value` = `value` + 1 WHERE `id` = 1;
END;
