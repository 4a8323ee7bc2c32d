ALTER TABLE `destinations` ADD `paused` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `destinations` ADD `notice` text;