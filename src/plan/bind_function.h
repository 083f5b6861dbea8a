/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of functions that CREATE FUNCTION and the program have made, and values held to domains: what has a definition of its own
 * and is bound where it is used. */
#pragma once
#include "plan/bind_impl.h"

/* bind_domain.c: e, of f's type, held to f's domain when it has one; tries: NULL where it does not fit. */
int bind_domain(Binder *b, const Field *f, Expr *e, bool tries, Expr **ret, Err *err);

/* bind_function.c */
/* bind_file.c: *ret NULL: it reads no file */
int bind_file(Binder *b, const FromFunction *f, const char **ret_name, Logical **ret, Err *err);
bool function_is_name(const Catalog *c, Str name, FunctionKind kind);
/* Chooses among those of the name; *ret NULL with exact: none is of exactly these types. */
int function_find(const ExprScope *x, Str name, FunctionKind kind, Expr **args, uint32_t n, FunctionFind how, Span at,
                  const Relation **ret, Err *err);
/* Of a call: the function, and a value for each of its parameters, of their types. */
int function_of_call(const ExprScope *x, const ExprCall *c, const Relation **ret, Expr ***ret_args, Err *err);
int bind_native_agg(const ExprScope *in, LogicalAgg *g, Err *err); /* chooses g->native for the arguments, which are there */
/* The rows of a function that gives them, as an array. */
int bind_native_rows(const ExprScope *x, const Relation *r, Expr **args, uint32_t n, Span at, Expr **ret, Err *err);
/* *ret NULL when none is of exactly the types of the arguments, and that was wanted. */
int bind_user_function(const ExprScope *x, Str name, Expr **args, uint32_t n, FunctionFind how, Span at, Expr **ret, Err *err);
/* CASE WHEN an argument IS NULL THEN NULL ELSE *body END */
int bind_strict(Arena *a, Expr *const *arg, uint32_t n, Span at, Expr **body, Err *err);
/* function_types.c: anyelement and anyarray, which are open; what one is, or another type, when the function is so called. */
/* Whether a value of type `is` can be one, when others have said that it is *element; of unknown type: anything yet. */
bool function_fits_open(Type open, Type is, Type *element);
Type function_type(const Relation *r, Type t, Expr *const *args);
int function_close_args(Binder *b, const Relation *r, Expr **args, Err *err); /* NULL: left to its default */
int function_refuse_script(const Relation *r, Span at, Err *err);             /* 0A000 */
/* bind_function_query.c: functions whose body is a query */
int function_call_query(const ExprScope *x, const Relation *r, Expr **args, Span at, Expr **ret, Err *err);
int function_enter(const ExprScope *x, const Query *q, OuterScope *o, Logical **ret, Err *err); /* Binder.entering */
int function_check_query(Binder *b, const Query *q, Relation *r, Expr *const *like, Err *err);  /* like: of the parameters' types */
const char *function_output(const Binder *b, Str name); /* of the one OUT parameter that it has; NULL = it has none, or more */
bool function_gives_rows(const Binder *b, const ExprCall *call); /* all of the name do */
int function_rows_array(const ExprScope *x, const ExprCall *call, Expr **ret, const char **ret_name, Err *err);
bool function_is_rows_item(const Binder *b, const Node *n); /* of FROM: some function of the name gives rows */
/* 1: the one that is meant does not. */
int bind_function_item(Binder *b, const Scope *left, const Node *n, bool outer, const Node *on, Scope *ret, Err *err);
/* With some arguments by the names of parameters. */
int bind_function_by_name(const ExprScope *x, const ExprCall *c, Str name, Expr **ret, Err *err);
/* The expression of a text over $1 .. $n. */
int bind_text_over(const ExprScope *x, Str text, Expr *const *args, uint32_t n, Str name, Span at, Expr **ret, Err *err);
/* An expression in which names and $n are those of f's arguments. */
int bind_over_args(Binder *b, FunctionArgs *f, const char *clause, const Node *body, Expr **ret, Err *err);
/* What a name or $n is in the body being bound: 1, or 0 = nothing. */
int bind_function_name(const ExprScope *x, const ExprColumn *c, Expr **ret, Err *err);
int bind_function_param(const ExprScope *x, const ExprParam *p, Expr **ret, Err *err);
