import { describe, expect, it } from 'vitest'
import { parse } from '../../redshift/grammar.ts'

const copy = `copy "s"."t" from 's3://b/k.manifest' iam_role 'arn:aws:iam::123456789012:role/r' region 'eu-west-1' format json 'auto' gzip manifest timeformat 'auto' dateformat 'auto' truncatecolumns acceptinvchars compupdate off statupdate off`

describe('the stand-in for Redshift', () => {
  it('takes what the platform writes', () => {
    expect(parse(copy)).toMatchObject({ kind: 'copy', copy: { at: ['s', 't'], noload: false } })
    expect(parse('create table "s"."t" ("id" character varying(512)) distkey ("id")')).toMatchObject({ keys: ['id'] })
  })

  it.each([
    // What PostgreSQL would take and Redshift does not.
    'insert into "s"."t" ("id") values (1) on conflict ("id") do nothing',
    'alter table "s"."t" add column if not exists "a" bigint',
    'alter table "s"."t" add column "a" bigint, add column "b" bigint',
    'create table "s"."t" ("a" text[])',
    'create table "s"."t" ("a" jsonb)',
    'create table "s"."t" ("a" character varying(65536))',
    'create table "s"."t" ("a" bigint, "a" bigint)',
    'create table "s"."t" ("a" bigint primary key)',
    'create table "s"."t" ("a" bigint) distkey ("b")',
    'create temp table "s" ("a" bigint) on commit drop',
    `create table "s"."${'n'.repeat(128)}" ("a" bigint)`,
    'create table "s"."Mixed" ("a" bigint)',
    'select array_agg("a") from "s"."t"',
    // What the platform never writes.
    'drop table "s"."t" cascade',
    'delete from "s"."t"',
    'truncate "s"."t"',
    'select * from "s"."t"',
    'lock table "s"."t"; drop table "s"."t"',
    `select "seq", "event" from "s"."_sluice_cursor" where "reader" = 'it''s'`,
    String.raw`select "seq", "event" from "s"."_sluice_cursor" where "reader" = 'a\b'`,
    copy.replace('gzip manifest', 'gzip'),
    copy.replace("iam_role 'arn:aws:iam::123456789012:role/r'", "access_key_id 'AKIA' secret_access_key 'x'"),
    copy.replace("format json 'auto'", 'csv'),
    copy.replace("'arn:aws:iam::123456789012:role/r'", "'r'"),
    `${copy} maxerror 10`,
    'create or replace procedure "s"."p"() as $$ begin drop table "s"."t"; end; $$ language plpgsql',
    '',
  ])('refuses: %s', (sql) => {
    expect(() => parse(sql)).toThrow(/./)
  })
})
