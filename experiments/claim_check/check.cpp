// SPDX-License-Identifier: Apache-2.0
#include "experiments/claim_check/check.h"

#include <algorithm>
#include <map>
#include <memory>

#include "core/diagnostics.h"
#include "core/hash.h"
#include "core/json_reader.h"
#include "core/text.h"
#include "experiments/claim_check/cache.h"
#include "experiments/claim_check/commands.h"
#include "experiments/claim_check/locate.h"
#include "experiments/pool.h"

namespace assay::claim_check {
namespace {

namespace fs = std::filesystem;

constexpr char kSeparator = '\n';

std::string one_line(const std::string& text) {
  std::string out = text;
  std::replace(out.begin(), out.end(), kSeparator, ' ');
  return out;
}

std::string problems(const InputError& e) {
  std::string text;
  for (const Diagnostic& d : e.diagnostics()) text += (text.empty() ? "" : "; ") + to_string(d);
  return one_line(text);
}

// What decides a run. No argument or file name can hold kEnd, and each command says how many
// arguments it has, so that two lists of commands with one key are one list.
std::string run_key(const std::vector<Command>& commands, const Places& places) {
  constexpr char kEnd = '\0';
  std::string key;
  for (const Command& c : commands) {
    key += std::to_string(c.arguments.size()) + kEnd;
    for (const std::string& a : c.arguments) key += placed(a, places) + kEnd;
    key += placed(c.output, places) + kEnd;
    std::vector<int> codes = c.exit_codes;
    std::sort(codes.begin(), codes.end());
    for (const int code : codes) key += std::to_string(code) + ' ';
    key += kEnd;
  }
  return key;
}

// Claims whose commands are the same, placeholders replaced.
struct Group {
  std::vector<std::size_t> claims;  // of the result
  double minutes = 0;
};

class Check {
 public:
  explicit Check(const CheckInput& input) : in_(input) {
    if (in_.cache)
      cache_ = std::make_unique<Cache>(
          *in_.cache, sha256_of_file(in_.program) + folder_hash(in_.data, "claims"), in_.warn);
  }

  CheckResult run() {
    for (const fs::path& folder : in_.claims) read(folder);
    for (std::size_t i = 0; i < result_.claims.size(); ++i) enlist(i);
    run_groups();
    for (ClaimResult& r : result_.claims) conclude(&r);
    return std::move(result_);
  }

 private:
  void read(const fs::path& folder) {
    ClaimResult r;
    try {
      r.claim = read_claim(folder);
      r.hash = folder_hash(folder, "");
      r.numbers.resize(r.claim.numbers.size());
    } catch (const InputError& e) {
      r.claim.id = folder.filename().string();
      r.claim.file = folder / "claim.yaml";
      // Pages are published: no path of this machine stays in them.
      r.problem = unplaced(problems(e), {"", in_.data, r.claim.file.parent_path()});
    }
    result_.claims.push_back(std::move(r));
  }

  // Decides whether a claim runs, and with which others.
  void enlist(std::size_t i) {
    ClaimResult& r = result_.claims[i];
    if (!r.problem.empty()) return;
    for (const std::string& need : r.claim.needs) {
      const auto has = [&](const std::vector<std::string>& words) {
        return std::find(words.begin(), words.end(), need) != words.end();
      };
      if (has(in_.left_out))
        leave_out(&r);
      else if (!has(in_.built))
        r.problem = "needs '" + need + "', which this program was built without";
    }
    if (r.left_out() || !r.problem.empty() || r.claim.commands.empty()) return;
    if (take_from_cache(&r)) return;
    const std::string key = run_key(r.claim.commands, {"", in_.data, r.claim.file.parent_path()});
    const auto [at, fresh] = group_of_.emplace(key, groups_.size());
    if (fresh) groups_.emplace_back();
    Group& group = groups_[at->second];
    group.claims.push_back(i);
    group.minutes = std::max(group.minutes, r.claim.minutes);
  }

  static void leave_out(ClaimResult* r) {
    r->verdict = Verdict::left_out;
    for (NumberResult& n : r->numbers) n.verdict = Verdict::left_out;
  }

  bool take_from_cache(ClaimResult* r) {
    if (!cache_) return false;
    const auto values = cache_->find(r->claim, r->hash);
    if (!values) return false;
    std::size_t next = 0;
    for (std::size_t n = 0; n < r->numbers.size(); ++n)
      if (r->claim.numbers[n].find) r->numbers[n].found = (*values)[next++];
    r->cached = true;
    return true;
  }

  void run_groups() {
    // The longest first: the last worker to finish then finishes early.
    std::stable_sort(groups_.begin(), groups_.end(),
                     [](const Group& a, const Group& b) { return a.minutes > b.minutes; });
    result_.runs = groups_.size();
    if (groups_.empty()) return;
    std::vector<std::unique_ptr<WorkFolder>> folders;
    for (std::size_t g = 0; g < groups_.size(); ++g)
      folders.push_back(std::make_unique<WorkFolder>());
    PoolInput pool;
    pool.jobs = groups_.size();
    pool.workers = in_.workers;
    pool.make_work = [&]() -> Work {
      return [&](std::size_t g, const ReportProgress&) {
        return work(groups_[g], folders[g]->path());
      };
    };
    pool.done = [&](std::size_t g, const std::string& text) { take(groups_[g], text); };
    pool.failed = [&](std::size_t g, const std::string& why) {
      for (const std::size_t i : groups_[g].claims) result_.claims[i].problem = one_line(why);
    };
    pool.stop = in_.stop;
    result_.stopped = run_pool(pool).stopped;
  }

  // In a worker. A line per number that is looked for: "=value" or "!problem"; one line alone,
  // "!problem", where the commands failed.
  std::string work(const Group& group, const fs::path& folder) const {
    const ClaimResult& first = result_.claims[group.claims.front()];
    const Places places{folder, in_.data, first.claim.file.parent_path()};
    const std::string failed = run_commands(first.claim.commands, places, in_.program);
    if (!failed.empty()) return "!" + one_line(failed);
    std::string text;
    for (const std::size_t i : group.claims) {
      const Claim& claim = result_.claims[i].claim;
      for (const ClaimNumber& n : claim.numbers)
        if (n.find) text += found(*n.find, {folder, in_.data, claim.file.parent_path()});
    }
    return text;
  }

  static std::string found(const Locator& locator, const Places& places) {
    try {
      return "=" + number_text(locate(locator, places)) + kSeparator;
    } catch (const InputError& e) {
      return "!" + problems(e) + kSeparator;
    }
  }

  void take(const Group& group, const std::string& text) {
    done_minutes_ += group.minutes;
    double all = 0;
    for (const Group& g : groups_) all += g.minutes;
    if (in_.progress) in_.progress(all > 0 ? done_minutes_ / all : 1);
    if (text.find(kSeparator) == std::string::npos) {
      for (const std::size_t i : group.claims) result_.claims[i].problem = text.substr(1);
      return;
    }
    std::size_t at = 0;
    for (const std::size_t i : group.claims) take(&result_.claims[i], text, &at);
  }

  void take(ClaimResult* r, const std::string& text, std::size_t* at) {
    std::vector<double> values;
    bool whole = true;
    for (std::size_t n = 0; n < r->numbers.size(); ++n) {
      if (!r->claim.numbers[n].find) continue;
      const std::size_t end = text.find(kSeparator, *at);
      const std::string line = text.substr(*at, end - *at);
      *at = end + 1;
      if (line.front() == '=') {
        r->numbers[n].found = parse_number(line.substr(1));
        values.push_back(*r->numbers[n].found);
      } else {
        r->numbers[n].problem = line.substr(1);
        whole = false;
      }
    }
    if (whole && cache_) cache_->keep(r->claim, r->hash, values);
  }

  void conclude(ClaimResult* r) const {
    if (r->left_out() || !r->problem.empty()) return;
    bool broken = result_.stopped && r->numbers.empty(), all = true;
    for (std::size_t n = 0; n < r->numbers.size(); ++n) {
      NumberResult& number = r->numbers[n];
      const ClaimNumber& claimed = r->claim.numbers[n];
      if (number.found)
        number.verdict = judge(claimed, *number.found);
      else if (!claimed.find)
        number.verdict = claimed.stated;
      else if (number.problem.empty())
        number.problem = "did not run";
      broken = broken || number.verdict == Verdict::broken;
      all = all && number.verdict == Verdict::reproduced;
    }
    r->verdict = broken                ? Verdict::broken
                 : r->claim.comparison ? Verdict::shown
                 : all                 ? Verdict::reproduced
                                       : Verdict::not_reproduced;
  }

  const CheckInput& in_;
  std::unique_ptr<Cache> cache_;
  CheckResult result_;
  std::vector<Group> groups_;
  std::map<std::string, std::size_t> group_of_;
  double done_minutes_ = 0;
};

}  // namespace

CheckResult check(const CheckInput& input) { return Check(input).run(); }

}  // namespace assay::claim_check
