/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog: what clients of PostgreSQL join with and what has no counterpart here: relations without rows. */
#include "db/system/pg_object.h"

const SysRelation sys_pg_empty[] = {
    {SCHEMA_PG_CATALOG, "pg_aggregate",
     "aggfnoid oid, aggkind text, aggnumdirectargs int2, aggtransfn oid, aggfinalfn oid, aggcombinefn oid, "
     "aggserialfn oid, aggdeserialfn oid, aggmtransfn oid, aggminvtransfn oid, aggmfinalfn oid, aggfinalextra bool, "
     "aggmfinalextra bool, aggfinalmodify text, aggmfinalmodify text, aggsortop oid, aggtranstype oid, aggtransspace "
     "int4, aggmtranstype oid, aggmtransspace int4, agginitval text, aggminitval text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_amop",
     "oid oid, amopfamily oid, amoplefttype oid, amoprighttype oid, amopstrategy int2, amoppurpose text, amopopr "
     "oid, amopmethod oid, amopsortfamily oid, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_amproc",
     "oid oid, amprocfamily oid, amproclefttype oid, amprocrighttype oid, amprocnum int2, amproc oid, tableoid oid = "
     "0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_auth_members", "roleid oid, member oid, grantor oid, admin_option bool, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_cast",
     "oid oid, castsource oid, casttarget oid, castfunc oid, castcontext text, castmethod text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_conversion",
     "oid oid, conname text, connamespace oid, conowner oid, conforencoding int4, contoencoding int4, conproc oid, "
     "condefault bool, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_db_role_setting", "setdatabase oid, setrole oid, setconfig text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_default_acl",
     "oid oid, defaclrole oid, defaclnamespace oid, defaclobjtype text, defaclacl text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_event_trigger",
     "oid oid, evtname text, evtevent text, evtowner oid, evtfoid oid, evtenabled text, evttags text[], tableoid oid "
     "= 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_extension",
     "oid oid, extname text, extowner oid, extnamespace oid, extrelocatable bool, extversion text, extconfig int8[], "
     "extcondition text[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_available_extensions",
     "name text, default_version text, installed_version text, comment text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_foreign_data_wrapper",
     "oid oid, fdwname text, fdwowner oid, fdwhandler oid, fdwvalidator oid, fdwacl text[], fdwoptions text[], "
     "tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_foreign_server",
     "oid oid, srvname text, srvowner oid, srvfdw oid, srvtype text, srvversion text, srvacl text[], srvoptions "
     "text[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_foreign_table", "ftrelid oid, ftserver oid, ftoptions text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_group", "groname text, grosysid oid, grolist int8[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_inherits", "inhrelid oid, inhparent oid, inhseqno int4, inhdetachpending bool, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_largeobject_metadata", "oid oid, lomowner oid, lomacl text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_opclass",
     "oid oid, opcmethod oid, opcname text, opcnamespace oid, opcowner oid, opcfamily oid, opcintype oid, opcdefault "
     "bool, opckeytype oid, tableoid oid = 2616",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_operator",
     "oid oid, oprname text, oprnamespace oid, oprowner oid, oprkind text, oprcanmerge bool, oprcanhash bool, "
     "oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate oid, oprcode oid, oprrest oid, oprjoin oid, "
     "tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_opfamily", "oid oid, opfmethod oid, opfname text, opfnamespace oid, opfowner oid, tableoid oid = 2753",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_parameter_acl", "oid oid, parname text, paracl text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_partitioned_table",
     "partrelid oid, partstrat text, partnatts int2, partdefid oid, partattrs int2[], partclass int8[], "
     "partcollation int8[], partexprs text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_policies",
     "schemaname text, tablename text, policyname text, permissive text, roles text[], cmd text, qual text, "
     "with_check text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_policy",
     "oid oid, polname text, polrelid oid, polcmd text, polpermissive bool, polroles int8[], polqual text, "
     "polwithcheck text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_publication",
     "oid oid, pubname text, pubowner oid, puballtables bool, pubinsert bool, pubupdate bool, pubdelete bool, "
     "pubtruncate bool, pubviaroot bool, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_publication_namespace", "oid oid, pnpubid oid, pnnspid oid, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_publication_rel", "oid oid, prpubid oid, prrelid oid, prqual text, prattrs int2[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_publication_tables",
     "pubname text, schemaname text, tablename text, attnames text[], rowfilter text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_range",
     "rngtypid oid, rngsubtype oid, rngmultitypid oid, rngcollation oid, rngsubopc oid, rngcanonical oid, rngsubdiff "
     "oid, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_rewrite",
     "oid oid, rulename text, ev_class oid, ev_type text, ev_enabled text, is_instead bool, ev_qual text, ev_action "
     "text, tableoid oid = 2618",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_rules", "schemaname text, tablename text, rulename text, definition text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_seclabel", "objoid oid, classoid oid, objsubid int4, provider text, label text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_shdepend",
     "dbid oid, classid oid, objid oid, objsubid int4, refclassid oid, refobjid oid, deptype text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_shdescription", "objoid oid, classoid oid, description text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statistic_ext",
     "oid oid, stxrelid oid, stxname text, stxnamespace oid, stxowner oid, stxstattarget int4, stxkeys int2[], "
     "stxkind text[], stxexprs text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stats",
     "schemaname text, tablename text, attname text, inherited bool, null_frac float4, avg_width int4, n_distinct "
     "float4, most_common_vals text, most_common_freqs text, histogram_bounds text, correlation float4, "
     "most_common_elems text, most_common_elem_freqs text, elem_count_histogram text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_database",
     "datid oid, datname text, numbackends int4, xact_commit int8, xact_rollback int8, blks_read int8, blks_hit "
     "int8, tup_returned int8, tup_fetched int8, tup_inserted int8, tup_updated int8, tup_deleted int8, conflicts "
     "int8, temp_files int8, temp_bytes int8, deadlocks int8, checksum_failures int8, checksum_last_failure "
     "timestamptz, blk_read_time float8, blk_write_time float8, session_time float8, active_time float8, "
     "idle_in_transaction_time float8, sessions int8, sessions_abandoned int8, sessions_fatal int8, sessions_killed "
     "int8, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_user_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_scan int8, idx_tup_read int8, "
     "idx_tup_fetch int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_subscription",
     "oid oid, subdbid oid, subskiplsn text, subname text, subowner oid, subenabled bool, subbinary bool, substream "
     "bool, subtwophasestate text, subdisableonerr bool, subconninfo text, subslotname text, subsynccommit text, "
     "subpublications text[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_transform", "oid oid, trftype oid, trflang oid, trffromsql oid, trftosql oid, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_trigger",
     "oid oid, tgrelid oid, tgparentid oid, tgname text, tgfoid oid, tgtype int2, tgenabled text, tgisinternal bool, "
     "tgconstrrelid oid, tgconstrindid oid, tgconstraint oid, tgdeferrable bool, tginitdeferred bool, tgnargs int2, "
     "tgattr int2[], tgargs bytea, tgqual text, tgoldtable text, tgnewtable text, tableoid oid = 2620",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_ts_config", "oid oid, cfgname text, cfgnamespace oid, cfgowner oid, cfgparser oid, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_ts_config_map", "mapcfg oid, maptokentype int4, mapseqno int4, mapdict oid, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_ts_dict",
     "oid oid, dictname text, dictnamespace oid, dictowner oid, dicttemplate oid, dictinitoption text, tableoid oid "
     "= 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_ts_parser",
     "oid oid, prsname text, prsnamespace oid, prsstart oid, prstoken oid, prsend oid, prsheadline oid, prslextype "
     "oid, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_ts_template",
     "oid oid, tmplname text, tmplnamespace oid, tmplinit oid, tmpllexize oid, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_user_mapping", "oid oid, umuser oid, umserver oid, umoptions text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_user_mappings",
     "umid oid, srvid oid, srvname text, umuser oid, usename text, umoptions text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {0},
};
