/* SPDX-License-Identifier: Apache-2.0
 *
 * pg_catalog and information_schema: what clients of PostgreSQL join with and what has no counterpart here: relations without rows.
 */
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
    {SCHEMA_PG_CATALOG, "pg_available_extension_versions",
     "name text, version text, installed bool, superuser bool, trusted bool, relocatable bool, schema text, "
     "requires text[], comment text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_init_privs",
     "objoid oid, classoid oid, objsubid int4, privtype text, initprivs text[], tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_largeobject", "loid oid, pageno int4, data bytea, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_prepared_xacts",
     "transaction int8, gid text, prepared timestamptz, owner text, database text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_replication_origin", "roident oid, roname text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_replication_origin_status",
     "local_id oid, external_id text, remote_lsn text, local_lsn text, tableoid oid = 0", NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_replication_slots",
     "slot_name text, plugin text, slot_type text, datoid oid, database text, temporary bool, active bool, "
     "active_pid int4, xmin int8, catalog_xmin int8, restart_lsn text, confirmed_flush_lsn text, wal_status "
     "text, safe_wal_size int8, two_phase bool, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_seclabels",
     "objoid oid, classoid oid, objsubid int4, objtype text, objnamespace oid, objname text, provider text, "
     "label text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_shseclabel", "objoid oid, classoid oid, provider text, label text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_all_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_scan int8, idx_tup_read "
     "int8, idx_tup_fetch int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_archiver",
     "archived_count int8, last_archived_wal text, last_archived_time timestamptz, failed_count int8, "
     "last_failed_wal text, last_failed_time timestamptz, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_bgwriter",
     "checkpoints_timed int8, checkpoints_req int8, checkpoint_write_time float8, checkpoint_sync_time float8, "
     "buffers_checkpoint int8, buffers_clean int8, maxwritten_clean int8, buffers_backend int8, "
     "buffers_backend_fsync int8, buffers_alloc int8, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_database_conflicts",
     "datid oid, datname text, confl_tablespace int8, confl_lock int8, confl_snapshot int8, confl_bufferpin "
     "int8, confl_deadlock int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_gssapi", "pid int4, gss_authenticated bool, principal text, encrypted bool, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_analyze",
     "pid int4, datid oid, datname text, relid oid, phase text, sample_blks_total int8, sample_blks_scanned "
     "int8, ext_stats_total int8, ext_stats_computed int8, child_tables_total int8, child_tables_done int8, "
     "current_child_table_relid oid, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_basebackup",
     "pid int4, phase text, backup_total int8, backup_streamed int8, tablespaces_total int8, "
     "tablespaces_streamed int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_cluster",
     "pid int4, datid oid, datname text, relid oid, command text, phase text, cluster_index_relid oid, "
     "heap_tuples_scanned int8, heap_tuples_written int8, heap_blks_total int8, heap_blks_scanned int8, "
     "index_rebuild_count int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_copy",
     "pid int4, datid oid, datname text, relid oid, command text, type text, bytes_processed int8, bytes_total "
     "int8, tuples_processed int8, tuples_excluded int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_create_index",
     "pid int4, datid oid, datname text, relid oid, index_relid oid, command text, phase text, lockers_total "
     "int8, lockers_done int8, current_locker_pid int8, blocks_total int8, blocks_done int8, tuples_total int8, "
     "tuples_done int8, partitions_total int8, partitions_done int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_progress_vacuum",
     "pid int4, datid oid, datname text, relid oid, phase text, heap_blks_total int8, heap_blks_scanned int8, "
     "heap_blks_vacuumed int8, index_vacuum_count int8, max_dead_tuples int8, num_dead_tuples int8, tableoid "
     "oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_replication",
     "pid int4, usesysid oid, usename text, application_name text, client_addr text, client_hostname text, "
     "client_port int4, backend_start timestamptz, backend_xmin int8, state text, sent_lsn text, write_lsn "
     "text, flush_lsn text, replay_lsn text, write_lag interval, flush_lag interval, replay_lag interval, "
     "sync_priority int4, sync_state text, reply_time timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_replication_slots",
     "slot_name text, spill_txns int8, spill_count int8, spill_bytes int8, stream_txns int8, stream_count int8, "
     "stream_bytes int8, total_txns int8, total_bytes int8, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_slru",
     "name text, blks_zeroed int8, blks_hit int8, blks_read int8, blks_written int8, blks_exists int8, flushes "
     "int8, truncates int8, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_ssl",
     "pid int4, ssl bool, version text, cipher text, bits int4, client_dn text, client_serial numeric, "
     "issuer_dn text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_subscription",
     "subid oid, subname text, pid int4, relid oid, received_lsn text, last_msg_send_time timestamptz, "
     "last_msg_receipt_time timestamptz, latest_end_lsn text, latest_end_time timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_subscription_stats",
     "subid oid, subname text, apply_error_count int8, sync_error_count int8, stats_reset timestamptz, tableoid "
     "oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_sys_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_scan int8, idx_tup_read "
     "int8, idx_tup_fetch int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_user_functions",
     "funcid oid, schemaname text, funcname text, calls int8, total_time float8, self_time float8, tableoid oid "
     "= 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_wal",
     "wal_records int8, wal_fpi int8, wal_bytes numeric, wal_buffers_full int8, wal_write int8, wal_sync int8, "
     "wal_write_time float8, wal_sync_time float8, stats_reset timestamptz, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stat_wal_receiver",
     "pid int4, status text, receive_start_lsn text, receive_start_tli int4, written_lsn text, flushed_lsn "
     "text, received_tli int4, last_msg_send_time timestamptz, last_msg_receipt_time timestamptz, "
     "latest_end_lsn text, latest_end_time timestamptz, slot_name text, sender_host text, sender_port int4, "
     "conninfo text, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_all_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_blks_read int8, "
     "idx_blks_hit int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_all_sequences",
     "relid oid, schemaname text, relname text, blks_read int8, blks_hit int8, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_sys_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_blks_read int8, "
     "idx_blks_hit int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_sys_sequences",
     "relid oid, schemaname text, relname text, blks_read int8, blks_hit int8, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_user_indexes",
     "relid oid, indexrelid oid, schemaname text, relname text, indexrelname text, idx_blks_read int8, "
     "idx_blks_hit int8, tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statio_user_sequences",
     "relid oid, schemaname text, relname text, blks_read int8, blks_hit int8, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_statistic_ext_data",
     "stxoid oid, stxdinherit bool, stxdndistinct text, stxddependencies text, stxdmcv text, stxdexpr text[], "
     "tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stats_ext",
     "schemaname text, tablename text, statistics_schemaname text, statistics_name text, statistics_owner text, "
     "attnames text[], exprs text[], kinds text[], inherited bool, n_distinct text, dependencies text, "
     "most_common_vals text[], most_common_val_nulls bool[], most_common_freqs float8[], most_common_base_freqs "
     "float8[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_stats_ext_exprs",
     "schemaname text, tablename text, statistics_schemaname text, statistics_name text, statistics_owner text, "
     "expr text, inherited bool, null_frac float4, avg_width int4, n_distinct float4, most_common_vals text, "
     "most_common_freqs float4[], histogram_bounds text, correlation float4, most_common_elems text, "
     "most_common_elem_freqs float4[], elem_count_histogram float4[], tableoid oid = 0",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_PG_CATALOG, "pg_subscription_rel", "srsubid oid, srrelid oid, srsubstate text, srsublsn text, tableoid oid = 0", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "administrable_role_authorizations", "grantee text, role_name text, is_grantable text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "check_constraint_routine_usage",
     "constraint_catalog text, constraint_schema text, constraint_name text, specific_catalog text, "
     "specific_schema text, specific_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "collation_character_set_applicability",
     "collation_catalog text, collation_schema text, collation_name text, character_set_catalog text, "
     "character_set_schema text, character_set_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "column_column_usage",
     "table_catalog text, table_schema text, table_name text, column_name text, dependent_column text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "column_domain_usage",
     "domain_catalog text, domain_schema text, domain_name text, table_catalog text, table_schema text, "
     "table_name text, column_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "column_options",
     "table_catalog text, table_schema text, table_name text, column_name text, option_name text, option_value "
     "text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "column_udt_usage",
     "udt_catalog text, udt_schema text, udt_name text, table_catalog text, table_schema text, table_name text, "
     "column_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "data_type_privileges",
     "object_catalog text, object_schema text, object_name text, object_type text, dtd_identifier text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "domain_udt_usage",
     "udt_catalog text, udt_schema text, udt_name text, domain_catalog text, domain_schema text, domain_name "
     "text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_data_wrapper_options",
     "foreign_data_wrapper_catalog text, foreign_data_wrapper_name text, option_name text, option_value text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_data_wrappers",
     "foreign_data_wrapper_catalog text, foreign_data_wrapper_name text, authorization_identifier text, "
     "library_name text, foreign_data_wrapper_language text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_server_options",
     "foreign_server_catalog text, foreign_server_name text, option_name text, option_value text", NULL,
     "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_servers",
     "foreign_server_catalog text, foreign_server_name text, foreign_data_wrapper_catalog text, "
     "foreign_data_wrapper_name text, foreign_server_type text, foreign_server_version text, "
     "authorization_identifier text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_table_options",
     "foreign_table_catalog text, foreign_table_schema text, foreign_table_name text, option_name text, "
     "option_value text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "foreign_tables",
     "foreign_table_catalog text, foreign_table_schema text, foreign_table_name text, foreign_server_catalog "
     "text, foreign_server_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "role_column_grants",
     "grantor text, grantee text, table_catalog text, table_schema text, table_name text, column_name text, "
     "privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "role_routine_grants",
     "grantor text, grantee text, specific_catalog text, specific_schema text, specific_name text, "
     "routine_catalog text, routine_schema text, routine_name text, privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "role_udt_grants",
     "grantor text, grantee text, udt_catalog text, udt_schema text, udt_name text, privilege_type text, "
     "is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "role_usage_grants",
     "grantor text, grantee text, object_catalog text, object_schema text, object_name text, object_type text, "
     "privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "routine_column_usage",
     "specific_catalog text, specific_schema text, specific_name text, routine_catalog text, routine_schema "
     "text, routine_name text, table_catalog text, table_schema text, table_name text, column_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "routine_routine_usage",
     "specific_catalog text, specific_schema text, specific_name text, routine_catalog text, routine_schema "
     "text, routine_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "routine_sequence_usage",
     "specific_catalog text, specific_schema text, specific_name text, routine_catalog text, routine_schema "
     "text, routine_name text, sequence_catalog text, sequence_schema text, sequence_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "routine_table_usage",
     "specific_catalog text, specific_schema text, specific_name text, routine_catalog text, routine_schema "
     "text, routine_name text, table_catalog text, table_schema text, table_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "transforms",
     "udt_catalog text, udt_schema text, udt_name text, specific_catalog text, specific_schema text, "
     "specific_name text, group_name text, transform_type text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "triggered_update_columns",
     "trigger_catalog text, trigger_schema text, trigger_name text, event_object_catalog text, "
     "event_object_schema text, event_object_table text, event_object_column text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "udt_privileges",
     "grantor text, grantee text, udt_catalog text, udt_schema text, udt_name text, privilege_type text, "
     "is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "usage_privileges",
     "grantor text, grantee text, object_catalog text, object_schema text, object_name text, object_type text, "
     "privilege_type text, is_grantable text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "user_mapping_options",
     "authorization_identifier text, foreign_server_catalog text, foreign_server_name text, option_name text, "
     "option_value text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "user_mappings", "authorization_identifier text, foreign_server_catalog text, foreign_server_name text",
     NULL, "nothing of this kind exists here"},
    {SCHEMA_INFORMATION, "view_routine_usage",
     "table_catalog text, table_schema text, table_name text, specific_catalog text, specific_schema text, "
     "specific_name text",
     NULL, "nothing of this kind exists here"},
    {0},
};
