#include "sweeps/report/importance_figure.hpp"

#include <algorithm>  // std::stable_sort
#include <numeric>    // std::iota

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/report/gnuplot.hpp"
#include "sweeps/report/palette.hpp"
#include "sweeps/report/plot_axis.hpp"
#include "sweeps/report/value_text.hpp"

namespace agsweep {

Figure importance_figure(const std::string& name, const HyperparameterImportance& importance) {
  const std::vector<Importance>& shares = importance.shares->parameters;
  std::vector<std::size_t> order(shares.size());  // the smallest first: it stands at the bottom
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return shares[a].mean < shares[b].mean; });

  std::vector<std::string> ticks;
  std::vector<std::vector<double>> rows;
  DataTable csv{.columns = {{"parameter"}, {"share", Digits::measured}, {"low", Digits::measured}, {"high", Digits::measured}}};
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Importance& share = shares[order[place]];
    ticks.push_back(fmt::format("{} {}", gnuplot_tick_text(importance.space[order[place]].key), place));
    rows.push_back({share.mean, static_cast<double>(place), share.low, share.high});
  }
  for (std::size_t place = order.size(); place-- > 0;) {
    const Importance& share = shares[order[place]];
    csv.rows.push_back({importance.space[order[place]].key, share.mean, share.low, share.high});
  }
  const std::string program =
      fmt::format("set xrange [0:1]\nset xtics 0.2\nset yrange [-0.6:{}]\nset ytics ({})\nset grid xtics noytics\nunset key\n",
                  static_cast<double>(order.size()) - 0.4, fmt::join(ticks, ", ")) +
      axis_label('x', "share of variance") + data_block("$shares", rows) +
      fmt::format(
          "plot $shares using ($1/2):2:($1/2):(0.3) with boxxyerror lc rgb '{}', "
          "$shares using 1:2:3:4 with xerrorbars pt 0 lw 1.2 lc rgb '{}'\n",
          series_colours[0].light, ink.light);
  return {
      .name = name + "-importance",
      .title = "importance of each hyperparameter",
      .caption = fmt::format("Share of the variance over the search space that each hyperparameter explains by itself (functional ANOVA), "
                             "from {} configurations after {}. Bars: mean over 64 trees; lines: 95 % of the trees. All interactions "
                             "together: {:.2f}.",
                             importance.configurations, counted(importance.epoch, "epoch"), importance.shares->interactions),
      .csv = csv_text(csv),
      .program = program,
      .height = static_cast<int>(95 + 34 * order.size())};
}

}  // namespace agsweep
