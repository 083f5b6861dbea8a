/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole syntax tree, for the passes that meet every kind of node.  Its rules stand in ast_node.h. */
#pragma once
#include "sql/ast_expr.h"
#include "sql/ast_node.h"
#include "sql/ast_query.h"
#include "sql/ast_stmt.h"
