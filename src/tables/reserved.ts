const POSTGRES = `
  all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with`

const REDSHIFT = `
  aes128 aes256 allowoverwrite az64 backup between blanksasnull bytedict bzip2 credentials current_user_id deflate defrag
  delta delta32k disable emptyasnull enable encode encrypt encryption explicit globaldict256 globaldict64k gzip identity
  ignore interval lun luns lzo lzop minus mostly16 mostly32 mostly8 new nulls off offline oid old open parallel partition
  percent permissions pivot raw readratio recover rejectlog resort respect restore snapshot sysdate system tag tdes text255
  text32k timestamp top truncatecolumns unnest unpivot wallet without`

/** Columns that every table of PostgreSQL has already. */
const SYSTEM_COLUMNS = 'xmin xmax cmin cmax ctid tableoid'

/**
 * Names that no table or column of ours has: the reserved words of PostgreSQL and of Redshift together, so that a source
 * has the same names in both, and PostgreSQL's own columns.
 */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  [POSTGRES, REDSHIFT, SYSTEM_COLUMNS].flatMap((words) => words.trim().split(/\s+/)),
)
