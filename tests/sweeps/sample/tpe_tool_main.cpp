// tpe_tool: reads JSON lines, answers each with one, for tpe_parity_test.py:
//   {"what": "start", "sampler": "tpe" or "random", "space": [..], "seed": n}   a new sweep: its first point
//   {"what": "score", "score": x}                                               of the last point: the next one
//   {"what": "density", "space": [..], "points": [[..]], "at": [[..]]}          the Parzen estimator's log density at each
#include <memory>
#include <string>

#include "base/json.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/sample/tpe_density.hpp"
#include "sweeps/sample/tpe_sampler.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/sweeps/statistics/space_from_json.hpp"

namespace {

using nlohmann::json;
using namespace agsweep;

/// One sweep of complete trials, one after another.
struct Sweep {
  SweepSpec spec;
  std::unique_ptr<Sampler> sampler;  // none: random points
  std::vector<Observation> history;
};

Point next_point(Sweep& sweep) {
  const auto index = static_cast<std::int64_t>(sweep.history.size());
  const auto seed = static_cast<std::uint64_t>(sweep.spec.sampler_seed);
  const Point point = sweep.sampler ? sweep.sampler->sample(index, sweep.history) : random_point(sweep.spec.space, seed, index);
  sweep.history.push_back({.point = point});
  return point;
}

json density(const json& question) {
  std::vector<ParameterAxis> axes;
  for (const Parameter& parameter : testing_support::space_from_json(question.at("space"))) axes.push_back(axis_of(parameter));
  const TpeDensity density(axes, question.at("points").get<std::vector<Point>>());
  json logs = json::array();
  for (const json& point : question.at("at")) logs.push_back(density.log_density(point.get<Point>()));
  return logs;
}

json answer(const json& question, Sweep& sweep) {
  const auto what = question.at("what").get<std::string>();
  if (what == "density") return density(question);
  if (what == "start") {
    sweep = {};
    sweep.spec.space = testing_support::space_from_json(question.at("space"));
    sweep.spec.sampler_seed = question.at("seed").get<std::int64_t>();
    if (question.at("sampler") == "tpe") sweep.sampler = make_tpe_sampler(sweep.spec);
  } else {
    Observation& last = sweep.history.back();
    last.epoch = 1;
    last.score = question.at("score").get<double>();
    last.complete = true;
  }
  return next_point(sweep);
}

}  // namespace

int main() {
  Sweep sweep;
  return testing_support::answer_lines([&](const std::string& line) { return answer(json::parse(line), sweep); });
}
