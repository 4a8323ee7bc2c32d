ALTER TABLE `destinations` ADD `max_in_flight` integer;--> statement-breakpoint
ALTER TABLE `integrations` ADD `max_in_flight` integer;--> statement-breakpoint
-- Four workers were what a destination had without a word: those find their own pace from now on.
UPDATE `destinations` SET `concurrency` = 0, `version` = `version` + 1 WHERE `concurrency` = 4;
