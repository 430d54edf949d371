// SPDX-License-Identifier: Apache-2.0
#include "experiments/explore/store.h"

#include <sqlite3.h>

#include <memory>
#include <utility>

#include "core/diagnostics.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw InputError({{file.string(), 0, "", "", why}});
}

// A prepared statement; bound and stepped once per use.
class Statement {
 public:
  Statement(sqlite3* db, const fs::path& file, const char* sql) : db_(db), file_(file) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) fail();
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& text(int at, const std::string& value) {
    if (sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()),
                          SQLITE_TRANSIENT) != SQLITE_OK)
      fail();
    return *this;
  }
  Statement& real(int at, double value) {
    if (sqlite3_bind_double(statement_, at, value) != SQLITE_OK) fail();
    return *this;
  }
  bool step() {  // true: a row is there
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) fail();
    return false;
  }
  void run() {
    while (step()) {
    }
    sqlite3_reset(statement_);
  }
  std::string column(int at) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, at));
    return text == nullptr
               ? std::string()
               : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at)));
  }
  double number(int at) const { return sqlite3_column_double(statement_, at); }

 private:
  [[noreturn]] void fail() const {
    refuse(file_, std::string("cannot be used: ") + sqlite3_errmsg(db_));
  }
  sqlite3* db_;
  const fs::path& file_;
  sqlite3_stmt* statement_ = nullptr;
};

// Objective names become columns.
std::string column_name(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

class Store::Database {
 public:
  Database(fs::path path, std::vector<std::string> names)
      : file(std::move(path)), objectives(std::move(names)) {
    if (sqlite3_open(file.c_str(), &db) != SQLITE_OK) {
      const std::string why = sqlite3_errmsg(db);
      sqlite3_close(db);
      refuse(file, "cannot be opened: " + why);
    }
  }
  ~Database() { sqlite3_close(db); }  // an open transaction is rolled back
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql) { Statement(db, file, sql.c_str()).run(); }

  void begin_if_none() {
    if (sqlite3_get_autocommit(db) != 0) execute("BEGIN");
  }

  std::string columns() const {
    std::string text;
    for (const std::string& name : objectives) text += ", " + column_name(name);
    return text;
  }

  void create(const std::map<std::string, std::string>& run) {
    // The lock is held until the store is closed: a second process is refused.
    execute("PRAGMA locking_mode = EXCLUSIVE");
    execute("BEGIN EXCLUSIVE");
    execute("CREATE TABLE IF NOT EXISTS run(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
    execute("CREATE TABLE IF NOT EXISTS state(unit TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID");
    std::string reals;
    for (const std::string& name : objectives) reals += ", " + column_name(name) + " REAL NOT NULL";
    execute("CREATE TABLE IF NOT EXISTS designs(unit TEXT, kind TEXT, key TEXT" + reals +
            ", detail TEXT, PRIMARY KEY(unit, kind, key)) WITHOUT ROWID");
    compare(run);
    execute("COMMIT");
    std::string values = "?1, ?2, ?3";
    for (std::size_t i = 0; i < objectives.size(); ++i) values += ", ?" + std::to_string(i + 5);
    insert = std::make_unique<Statement>(db, file,
                                         ("INSERT OR REPLACE INTO designs(unit, kind, key" +
                                          columns() + ", detail) VALUES(" + values + ", ?4)")
                                             .c_str());
  }

  // The same run, or a new file: then it is this one's.
  void compare(const std::map<std::string, std::string>& run) {
    std::map<std::string, std::string> found;
    Statement select(db, file, "SELECT name, value FROM run");
    while (select.step()) found[select.column(0)] = select.column(1);
    resumed = !found.empty();
    Diagnostics diagnostics;
    for (const auto& [name, value] : run) {
      if (!resumed) {
        Statement(db, file, "INSERT INTO run VALUES(?1, ?2)").text(1, name).text(2, value).run();
      } else if (found.count(name) == 0 || found[name] != value) {
        diagnostics.push_back({file.string(), 0, name, found[name],
                               "the file is of another exploration; expected " + value});
      }
      found.erase(name);
    }
    for (const auto& [name, value] : found)
      if (resumed)
        diagnostics.push_back(
            {file.string(), 0, name, value,
             "the file is of another exploration; expected nothing of this name"});
    throw_if_any(diagnostics);
  }

  fs::path file;
  std::vector<std::string> objectives;
  sqlite3* db = nullptr;
  bool resumed = false;
  std::unique_ptr<Statement> insert;
};

Store::Store(const fs::path& file, const std::map<std::string, std::string>& run,
             const std::vector<std::string>& objectives, Open open) {
  const bool there = fs::exists(file);
  if (there && open == Open::fresh)
    refuse(file, "exists; --resume goes on with it, --restart begins anew");
  if (there && open == Open::restart) {
    std::error_code error;
    for (const char* end : {"", "-journal", "-wal", "-shm"}) fs::remove(file.string() + end, error);
    if (fs::exists(file)) refuse(file, "cannot be removed");
  }
  database_ = std::make_unique<Database>(file, objectives);
  database_->create(run);
}

Store::~Store() {
  if (database_) database_->insert.reset();
}

bool Store::resumed() const { return database_->resumed; }

void Store::put(const std::string& unit, const std::string& kind, const StoredDesign& design) {
  database_->begin_if_none();
  Statement& s = *database_->insert;
  s.text(1, unit).text(2, kind).text(3, design.key).text(4, design.detail);
  for (std::size_t i = 0; i < design.objectives.size(); ++i)
    s.real(static_cast<int>(i) + 5, design.objectives[i]);
  s.run();
}

void Store::clear(const std::string& unit, const std::string& kind) {
  database_->begin_if_none();
  Statement(database_->db, database_->file, "DELETE FROM designs WHERE unit = ?1 AND kind = ?2")
      .text(1, unit)
      .text(2, kind)
      .run();
}

void Store::commit(const std::string& unit, const std::string& state) {
  database_->begin_if_none();
  Statement(database_->db, database_->file, "INSERT OR REPLACE INTO state VALUES(?1, ?2)")
      .text(1, unit)
      .text(2, state)
      .run();
  database_->execute("COMMIT");
}

std::optional<std::string> Store::state(const std::string& unit) const {
  Statement select(database_->db, database_->file, "SELECT state FROM state WHERE unit = ?1");
  if (!select.text(1, unit).step()) return std::nullopt;
  return select.column(0);
}

void Store::each(const std::string& unit, const std::string& kind,
                 const std::function<void(const StoredDesign&)>& visit) const {
  Statement select(database_->db, database_->file,
                   ("SELECT key, detail" + database_->columns() +
                    " FROM designs WHERE unit = ?1 AND kind = ?2 ORDER BY key")
                       .c_str());
  select.text(1, unit).text(2, kind);
  while (select.step()) {
    StoredDesign design;
    design.key = select.column(0);
    design.detail = select.column(1);
    for (std::size_t i = 0; i < database_->objectives.size(); ++i)
      design.objectives.push_back(select.number(static_cast<int>(i) + 2));
    visit(design);
  }
}

std::vector<StoredDesign> Store::designs(const std::string& unit, const std::string& kind) const {
  std::vector<StoredDesign> all;
  each(unit, kind, [&](const StoredDesign& d) { all.push_back(d); });
  return all;
}

}  // namespace assay
