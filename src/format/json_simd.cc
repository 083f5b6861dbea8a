/* SPDX-License-Identifier: Apache-2.0
 *
 * The only C++ of the tree: JSON objects to cells by simdjson (on demand), behind json_simd.h.
 *
 * Rows of one stream have their members in one order nearly always, so the reader remembers for each position the name it saw there
 * and the column it means; a name is looked up only where the order changes.  Every line is a document of its own: a malformed one
 * cannot disturb its neighbours. */
#include "format/json_simd.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>
#include <string_view>

using namespace simdjson;

namespace
{
constexpr size_t slot_name_max = 58;
constexpr size_t first_capacity = 1024;

struct Slot {
    char name[slot_name_max];
    uint8_t n, rank;
    int32_t column; /* -1: no column has this name */
};

bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

unsigned char lower(char c)
{
    return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool same_nocase(std::string_view a, std::string_view b)
{
    if (a.size() != b.size())
        return false;
    for (size_t i = 0; i < a.size(); i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

void set_text(JsonCell *cell, JsonKind kind, std::string_view text)
{
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    cell->kind = kind;
    cell->p = text.data();
    cell->n = text.size();
}

/* The value as JSON text. */
error_code read_raw(ondemand::value &v, ondemand::json_type type, JsonKind kind, JsonCell *cell)
{
    std::string_view text;
    error_code error = SUCCESS;
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        error = v.get_object().get(object);
        if (!error)
            error = object.raw_json().get(text);
    } else if (type == ondemand::json_type::array) {
        ondemand::array array;
        error = v.get_array().get(array);
        if (!error)
            error = array.raw_json().get(text);
    } else {
        text = v.raw_json_token();
    }
    if (!error)
        set_text(cell, kind, text);
    return error;
}

error_code read_number(ondemand::value &v, JsonWant want, JsonCell *cell)
{
    if (want == JSON_WANT_INT && !v.get_int64().get(cell->i)) {
        cell->kind = JSON_INT;
        return SUCCESS;
    }
    if (want == JSON_WANT_DOUBLE && !v.get_double().get(cell->d)) {
        cell->kind = JSON_DOUBLE;
        return SUCCESS;
    }
    set_text(cell, JSON_NUMBER, v.raw_json_token());
    return SUCCESS;
}

error_code read_string(ondemand::value &v, JsonCell *cell)
{
    std::string_view text;
    error_code error = v.get_string().get(text);
    cell->kind = JSON_STRING;
    cell->p = text.data();
    cell->n = text.size();
    return error;
}

error_code read_value(ondemand::value &v, JsonWant want, JsonCell *cell)
{
    ondemand::json_type type;
    error_code error = v.type().get(type);
    if (error)
        return error;
    switch (type) {
    case ondemand::json_type::null: {
        bool is_null = false;
        error = v.is_null().get(is_null);
        cell->kind = JSON_NULL;
        return !error && !is_null ? N_ATOM_ERROR : error;
    }
    case ondemand::json_type::number: return want == JSON_WANT_RAW ? read_raw(v, type, JSON_RAW, cell) : read_number(v, want, cell);
    case ondemand::json_type::string: return want == JSON_WANT_RAW ? read_raw(v, type, JSON_RAW, cell) : read_string(v, cell);
    case ondemand::json_type::boolean:
        if (want != JSON_WANT_BOOL)
            return read_raw(v, type, JSON_RAW, cell);
        cell->kind = JSON_BOOL;
        return v.get_bool().get(cell->b);
    default: return read_raw(v, type, JSON_RAW, cell);
    }
}
} // namespace

struct JsonReader {
    ondemand::parser parser;
    const JsonColumn *columns;
    uint32_t n_columns;
    uint32_t n_slots;
    std::unique_ptr<Slot[]> slots;

    /* The column of a name, or -1; rank 2 for an exact match. */
    int32_t find(std::string_view name, uint8_t *ret_rank) const
    {
        int32_t similar = -1;
        for (uint32_t i = 0; i < n_columns; i++) {
            std::string_view column(columns[i].name, columns[i].name_n);
            if (column == name) {
                *ret_rank = 2;
                return static_cast<int32_t>(i);
            }
            if (similar < 0 && same_nocase(column, name))
                similar = static_cast<int32_t>(i);
        }
        *ret_rank = 1;
        return similar;
    }

    /* The slow way for the member at a position: looks its name up and remembers it. */
    error_code learn(ondemand::field &field, Slot *slot, Slot *ret)
    {
        const char *raw = field.key().raw();
        size_t n = 0;
        while (n <= slot_name_max && raw[n] != '"' && raw[n] != '\\')
            n++;
        if (n <= slot_name_max && raw[n] == '"') {
            ret->column = find(std::string_view(raw, n), &ret->rank);
            if (slot && n <= slot_name_max) {
                std::memcpy(ret->name, raw, n);
                ret->n = static_cast<uint8_t>(n);
                *slot = *ret;
            }
            return SUCCESS;
        }
        std::string_view name;
        error_code error = field.unescaped_key().get(name);
        if (!error)
            ret->column = find(name, &ret->rank);
        return error;
    }

    error_code open(const char *p, size_t n, ondemand::document &doc, ondemand::object &object)
    {
        if (n > parser.capacity()) {
            size_t capacity = first_capacity;
            while (capacity < n)
                capacity *= 2;
            error_code error = parser.allocate(capacity);
            if (error)
                return error;
        }
        error_code error = parser.iterate(padded_string_view(p, n, n + SIMDJSON_PADDING)).get(doc);
        return error ? error : doc.get_object().get(object);
    }

    error_code row(const char *p, size_t n, JsonCell *cells)
    {
        ondemand::document doc;
        ondemand::object object;
        error_code error = open(p, n, doc, object);
        if (error)
            return error;
        uint32_t position = 0;
        for (auto member : object) {
            if ((error = member.error()))
                return error;
            ondemand::field &&field = std::move(member).value_unsafe(); /* in place: copying it would stall on its parts' stores */
            Slot *slot = position < n_slots ? &slots[position] : nullptr;
            Slot found;
            position++;
            if (slot && slot->n && field.key().unsafe_is_equal(std::string_view(slot->name, slot->n))) {
                found.column = slot->column;
                found.rank = slot->rank;
            } else if ((error = learn(field, slot, &found))) {
                return error;
            }
            if (found.column < 0 || cells[found.column].rank > found.rank)
                continue;
            cells[found.column].rank = found.rank;
            error = read_value(field.value(), columns[found.column].want, &cells[found.column]);
            if (error)
                return error;
        }
        const char *rest;
        return doc.current_location().get(rest) == OUT_OF_BOUNDS ? SUCCESS : TRAILING_CONTENT;
    }

    error_code walk(const char *p, size_t n, JsonMemberFn each, void *self, bool *ret_stopped)
    {
        ondemand::document doc;
        ondemand::object object;
        error_code error = open(p, n, doc, object);
        if (error)
            return error;
        for (auto member : object) {
            ondemand::field field;
            std::string_view name;
            JsonCell cell{};
            error = std::move(member).get(field);
            if (!error)
                error = field.unescaped_key().get(name);
            if (!error)
                error = read_value(field.value(), JSON_WANT_TOKEN, &cell);
            if (error)
                return error;
            if (each(self, name.data(), name.size(), &cell) < 0) {
                *ret_stopped = true;
                return SUCCESS;
            }
        }
        return SUCCESS;
    }
};

namespace
{
JsonResult result_of(error_code error)
{
    return error == SUCCESS          ? JSON_OK
           : error == MEMALLOC       ? JSON_NO_MEMORY
           : error == INCORRECT_TYPE ? JSON_NOT_OBJECT
                                     : JSON_MALFORMED;
}
} // namespace

JsonReader *json_reader_new(const JsonColumn *columns, uint32_t n_columns)
{
    std::unique_ptr<JsonReader> r(new (std::nothrow) JsonReader);
    if (!r)
        return nullptr;
    r->columns = columns;
    r->n_columns = n_columns;
    r->n_slots = 64 + 2 * n_columns;
    r->slots.reset(new (std::nothrow) Slot[r->n_slots]());
    return r->slots ? r.release() : nullptr;
}

void json_reader_free(JsonReader *r)
{
    delete r;
}

JsonResult json_reader_row(JsonReader *r, const char *p, size_t n, JsonCell *cells, const char **ret_why)
{
    error_code error = r->row(p, n, cells);
    *ret_why = error ? error_message(error) : "";
    return result_of(error);
}

JsonResult json_reader_walk(JsonReader *r, const char *p, size_t n, JsonMemberFn each, void *self)
{
    bool stopped = false;
    error_code error = r->walk(p, n, each, self, &stopped);
    return stopped ? JSON_NO_MEMORY : result_of(error);
}
