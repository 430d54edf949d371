// SPDX-License-Identifier: Apache-2.0
#include "experiments/microbenchmarks/catalogue.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/diagnostics.h"
#include "core/yaml_reader.h"
#include "rtl/rtl.h"

namespace assay::microbenchmarks {
namespace {

constexpr double kTellsApart = 10;  // condition index below which nothing is alike (Belsley)
constexpr std::size_t kContrasts = 6;
constexpr double kRidge = 1e-6;
constexpr double kLeastPct = 2;         // a smaller share is not seen beside the rest
constexpr int kSamples = 60;            // of each order, to see what moves together
constexpr double kZerosMustGain = 1.1;  // zero inputs need a data set of their own

Eigen::MatrixXd rows_of(const std::vector<Evaluated>& sample, std::size_t columns, bool zeros) {
  Eigen::MatrixXd m(static_cast<Eigen::Index>(sample.size()), static_cast<Eigen::Index>(columns));
  for (std::size_t r = 0; r < sample.size(); ++r)
    m.row(static_cast<Eigen::Index>(r)) = zeros ? sample[r].zeros : sample[r].dense;
  return m;
}

int innermost_array(const Accelerator& a) {
  int at = -1;
  for (std::size_t l = 0; l < a.levels.size(); ++l)
    if (a.levels[l].kind == LevelKind::array) at = static_cast<int>(l);
  return at;
}

bool is_shared(const Accelerator& a, const Column& column) {
  return std::any_of(a.levels.begin(), a.levels.begin() + column.level, [&](const Level& l) {
    if (l.kind != LevelKind::array) return false;
    for (Operand o : {Operand::I, Operand::W})
      if ((column.operand < 0 || column.operand == index(o)) &&
          (l.network[o] == Network::multicast || l.network[o] == Network::forward))
        return true;
    return false;
  });
}

Family family_of(const Accelerator& a, const Column& c) {
  if (c.action == "mac") return Family::mac;
  if (c.off_chip) return Family::dram;
  if (a.levels[static_cast<std::size_t>(c.level)].kind == LevelKind::array) return Family::network;
  if (c.level < innermost_array(a)) return Family::buffer;
  return c.action == "fill" && is_shared(a, c) ? Family::broadcast : Family::register_file;
}

std::string short_name(Family family, const Column& column) {
  if (family == Family::mac) return "mac";
  static const std::vector<std::string> kPrefix{"mac",       "stream",  "ping",
                                                "broadcast", "network", "stream"};
  std::string text = kPrefix[static_cast<std::size_t>(family)] + "_" + column.name;
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

// The column that names a group: the multiply-accumulates, else the dearest.
std::size_t leader(const Columns& columns, const std::vector<std::size_t>& group,
                   const Eigen::MatrixXd& dense) {
  std::size_t best = group.front();
  for (std::size_t c : group) {
    if (columns.all()[c].action == "mac") return c;
    if (dense.col(static_cast<Eigen::Index>(c)).sum() >
        dense.col(static_cast<Eigen::Index>(best)).sum())
      best = c;
  }
  return best;
}

struct Found {
  Target target;
  std::optional<Evaluated> pair;
};

Found find(const Search& search, const Columns& columns, Target target, bool gates) {
  Found dense{target, search.best(target)};
  if (!gates) return dense;
  target.zeros = true;
  Found zeros{target, search.best(target)};
  if (!zeros.pair) return dense;
  const double gained = share_pct(columns, *zeros.pair, zeros.target);
  return !dense.pair || gained > kZerosMustGain * share_pct(columns, *dense.pair, dense.target)
             ? zeros
             : dense;
}

Microbenchmark made(const Columns& columns, const std::vector<Order>& orders, const Found& f) {
  Microbenchmark m;
  Pair pair = make_pair(orders[f.pair->choice.order], f.pair->choice).value();
  m.layer = std::move(pair.layer);
  m.mapping = std::move(pair.mapping);
  m.order = orders[f.pair->choice.order].name;
  m.zero_inputs = f.target.zeros;
  m.off_chip = f.target.off_chip;
  m.share_pct = share_pct(columns, *f.pair, f.target);
  m.total_cycles = f.pair->total_cycles;
  m.spent = f.target.zeros ? f.pair->zeros : f.pair->dense;
  Eigen::VectorXd shares = shares_pct(columns, *f.pair, f.target);
  for (std::size_t c : f.target.columns) {
    shares[static_cast<Eigen::Index>(c)] = 0;
    m.targets.push_back(columns.all()[c].name);
  }
  Eigen::Index next = 0;
  m.next_pct = shares.maxCoeff(&next);
  if (m.next_pct > 0) m.next = columns.all()[static_cast<std::size_t>(next)].name;
  return m;
}

// Zero inputs make the wires of inputs and sums quiet too: they are for weights, and for the
// accesses of the multiplier itself, which are meant to be all that is left.
bool is_fair_with_zeros(const Accelerator& a, const Column& column) {
  const Level& level = a.levels[static_cast<std::size_t>(column.level)];
  if (level.kind != LevelKind::storage || column.off_chip) return false;
  const bool weights = column.operand == index(Operand::W) ||
                       (!level.keeps[Operand::I].kept && !level.keeps[Operand::O].kept);
  return weights || (column.action != "fill" && family_of(a, column) == Family::register_file);
}

std::string one_digit(double v) { return fmt::format("{:.1f}", v); }

bool same_pair(const Microbenchmark& a, const Microbenchmark& b) {
  return a.zero_inputs == b.zero_inputs && a.order == b.order && a.layer.size == b.layer.size &&
         a.spent == b.spent;
}

void say_what_is_absent(const Accelerator& a, Catalogue* out) {
  const auto has = [&](Family f) {
    return std::any_of(out->all.begin(), out->all.end(),
                       [&](const Microbenchmark& m) { return m.family == f; });
  };
  const int array = innermost_array(a);
  bool register_file = false;
  for (std::size_t l = 0; l < a.levels.size(); ++l)
    register_file =
        register_file || (static_cast<int>(l) > array && a.levels[l].kind == LevelKind::storage);
  for (Family f : {Family::mac, Family::register_file, Family::broadcast, Family::network,
                   Family::buffer, Family::dram}) {
    if (has(f) || out->covered.count(f) != 0) continue;
    const bool no_level = !register_file && (f == Family::register_file || f == Family::broadcast);
    out->absent.push_back(std::string(name(f)) +
                          (no_level ? ": no storage below the arrays"
                                    : ": no column of its own, or no layer that exercises one"));
  }
  if (!out->idle_mw)
    out->absent.push_back(
        "idle: the parameters state no constant power, so nothing is predicted "
        "for it; measure it nevertheless");
}

// The better of what was found for a target and what was found for others.
void share_finds(const Columns& columns, std::vector<Found>* found) {
  for (Found& f : *found) {
    if (!f.pair) continue;
    for (const Found& other : *found)
      if (other.pair && share_pct(columns, *other.pair, f.target) >
                            share_pct(columns, *f.pair, f.target) * (1 + 1e-9))
        f.pair = other.pair;
  }
}

void add(const std::string& group, Microbenchmark m, Catalogue* out) {
  if (m.share_pct < kLeastPct) {
    out->absent.push_back(group + ": no layer spends more than " + one_digit(m.share_pct) +
                          " % on it");
    return;
  }
  const auto same = std::find_if(out->all.begin(), out->all.end(),
                                 [&](const Microbenchmark& o) { return same_pair(o, m); });
  if (same == out->all.end()) return out->all.push_back(std::move(m));
  same->also.push_back(m.name + " " + one_digit(m.share_pct) + " % on " + group);
  out->covered.insert(m.family);
}

Eigen::MatrixXd spent_rows(const Catalogue& c) {
  std::vector<Eigen::VectorXd> rows;
  for (const Microbenchmark& m : c.all) rows.push_back(by_group(c, m.spent, false));
  if (c.idle_mw) rows.push_back(by_group(c, idle_spent(c), false));
  Eigen::MatrixXd out(static_cast<Eigen::Index>(rows.size()), rows.front().size());
  for (std::size_t r = 0; r < rows.size(); ++r) out.row(static_cast<Eigen::Index>(r)) = rows[r];
  return out;
}

// Logarithm of the determinant of the scaled normal equations: grows with what is told apart.
double told_apart(Eigen::MatrixXd rows) {
  rows = shares_of(std::move(rows));
  for (Eigen::Index c = 0; c < rows.cols(); ++c)
    if (rows.col(c).norm() > 0) rows.col(c).normalize();
  const Eigen::MatrixXd normal =
      rows.transpose() * rows + kRidge * Eigen::MatrixXd::Identity(rows.cols(), rows.cols());
  return normal.ldlt().vectorD().array().log().sum();
}

// Pairs from the sample, the most telling first, until the columns can be told apart.
void add_contrasts(const Columns& columns, const std::vector<Order>& orders, const Limits& limits,
                   const std::vector<Evaluated>& sample, Catalogue* out) {
  double index = condition_of(*out);
  for (std::size_t k = 1; k <= kContrasts && index > kTellsApart; ++k) {
    const Eigen::MatrixXd now = spent_rows(*out);
    const Evaluated* best = nullptr;
    double reached = told_apart(now);
    for (const Evaluated& e : sample) {
      if (e.total_cycles < limits.min_cycles) continue;
      Eigen::MatrixXd with(now.rows() + 1, now.cols());
      with << now, by_group(*out, e.dense, false).transpose();
      const double told = told_apart(with);
      if (told <= reached) continue;
      reached = told;
      best = &e;
    }
    if (best == nullptr) return;
    Found found;
    found.pair = *best;
    Microbenchmark m = made(columns, orders, found);
    m.family = Family::contrast;
    m.name = m.layer.name = "contrast_" + std::to_string(k);
    if (std::any_of(out->all.begin(), out->all.end(),
                    [&](const Microbenchmark& o) { return same_pair(o, m); }))
      return;
    out->all.push_back(std::move(m));
    index = condition_of(*out);
  }
}

Catalogue outline(const Columns& columns, const Parameters* parameters,
                  const std::vector<Evaluated>& sample) {
  Catalogue out;
  out.columns = columns.all();
  out.priced = columns.priced();
  if (parameters != nullptr && columns.priced())
    for (const ConstantPower& p : parameters->powers)
      out.idle_mw = out.idle_mw.value_or(0) + p.power.value;
  const Eigen::MatrixXd dense = rows_of(sample, columns.size(), false);
  out.groups = groups_of(columns, dense);
  for (const auto& g : out.groups)
    if (g.size() > 1) out.together.push_back(group_name(columns, g));
  Eigen::MatrixXd both(dense.rows() * 2, dense.cols());
  both << dense, rows_of(sample, columns.size(), true);
  Dependence dependence = dependence_of(columns, out.groups, both);
  out.dependent = std::move(dependence.texts);
  out.independent = std::move(dependence.independent);
  return out;
}

// One for each group but constant power, in the order of the groups; MACs first.
std::vector<Microbenchmark> targeted(const Accelerator& accelerator, const Columns& columns,
                                     const std::vector<Order>& orders, const Search& search,
                                     const Eigen::MatrixXd& dense, const Catalogue& outline) {
  const auto& groups = outline.groups;
  std::vector<Found> found(groups.size());
  std::vector<std::size_t> leaders;
  for (const auto& g : groups) leaders.push_back(leader(columns, g, dense));
  tbb::parallel_for(std::size_t{0}, groups.size(), [&](std::size_t g) {
    const Column& column = columns.all()[leaders[g]];
    if (column.level < 0) return;  // constant power: idle
    const bool gates = !accelerator.zero_gating.empty() && is_fair_with_zeros(accelerator, column);
    found[g] = find(search, columns, {groups[g], column.off_chip, false}, gates);
  });
  share_finds(columns, &found);
  std::vector<Microbenchmark> out;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (!found[g].pair) continue;
    Microbenchmark m = made(columns, orders, found[g]);
    m.family = family_of(accelerator, columns.all()[leaders[g]]);
    m.name = m.layer.name = short_name(m.family, columns.all()[leaders[g]]);
    out.push_back(std::move(m));
  }
  // What several are best with has the name of the first.
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return static_cast<int>(a.family) < static_cast<int>(b.family);
  });
  return out;
}

}  // namespace

std::string_view name(Family family) {
  static constexpr std::string_view kNames[] = {"MAC only",  "DRAM stream", "register-file ping",
                                                "broadcast", "network",     "buffer stream",
                                                "contrast"};
  return kNames[static_cast<std::size_t>(family)];
}

Catalogue make_catalogue(const Accelerator& accelerator, const Parameters* parameters,
                         const std::vector<Order>& orders, const Limits& limits,
                         const Accepts& accepts) {
  const Columns columns(accelerator, parameters);
  const Search search(accelerator, columns, orders, limits, accepts);
  const std::vector<Evaluated> sample = search.sample(kSamples);
  if (sample.empty())
    throw InputError({{accelerator.file.string(), 0, "levels", "",
                       "no layer of any known loop order is legal on this accelerator"}});
  Catalogue out = outline(columns, parameters, sample);
  const Eigen::MatrixXd dense = rows_of(sample, columns.size(), false);
  for (Microbenchmark& m : targeted(accelerator, columns, orders, search, dense, out)) {
    std::string group;
    for (const std::string& t : m.targets) group += (group.empty() ? "" : " + ") + t;
    add(group, std::move(m), &out);
  }
  add_contrasts(columns, orders, limits, sample, &out);
  say_what_is_absent(accelerator, &out);
  return out;
}

Eigen::VectorXd idle_spent(const Catalogue& catalogue) {
  Eigen::VectorXd spent =
      Eigen::VectorXd::Zero(static_cast<Eigen::Index>(catalogue.columns.size()));
  if (catalogue.idle_mw) spent[spent.size() - 1] = *catalogue.idle_mw;
  return spent;
}

double condition_of(const Catalogue& catalogue) { return condition_index(spent_rows(catalogue)); }

Accepts hardware_accepts(const Accelerator& accelerator) {
  if (accelerator.rtl.empty()) return {};
  const std::shared_ptr<rtl::Design> design = rtl::make_design(accelerator.rtl);
  if (design == nullptr)
    throw InputError(
        {{accelerator.file.string(), 0, "rtl", accelerator.rtl,
          "expected hardware that is built, as not every legal nest runs on it" +
              (rtl::configurations().empty() ? std::string()
                                             : ": " + one_of(rtl::configurations()))}});
  return [design](const Layer& layer, const Mapping& mapping) {
    return design->check(layer, mapping).empty();
  };
}

Eigen::VectorXd by_group(const Catalogue& catalogue, const Eigen::VectorXd& spent, bool off_chip) {
  std::vector<double> kept;
  for (std::size_t g : catalogue.independent) {
    const std::vector<std::size_t>& group = catalogue.groups[g];
    if (catalogue.columns[group.front()].off_chip && !off_chip) continue;
    double sum = 0;
    for (std::size_t c : group) sum += spent[static_cast<Eigen::Index>(c)];
    kept.push_back(sum);
  }
  return Eigen::Map<Eigen::VectorXd>(kept.data(), static_cast<Eigen::Index>(kept.size()));
}

}  // namespace assay::microbenchmarks
