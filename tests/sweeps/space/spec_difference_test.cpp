#include "sweeps/space/spec_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweeps/space/small_options.hpp"

namespace agsweep {
namespace {

using testing_support::spec_of;

SweepSpec begun() {
  return spec_of(
      "model='scratch'\ntrials=8\nseeds=[1,2]\nretries=1\n[fixed]\ndropout=0.1\n[space]\nlr={log=[1e-4,1e-2]}\nlayers={values=[1,2]}\n"
      "[[trial]]\nlr=1e-3\nlayers=2\n");
}

TEST(SpecDifference, IsEmptyForTheSameSpecAndForAnExtension) {
  SweepSpec now = begun();
  EXPECT_EQ(spec_difference(begun(), now), "");
  now.trials = 9;
  now.seeds.push_back(7);
  now.retries = 3;
  now.hours = 8;
  EXPECT_EQ(spec_difference(begun(), now), "");
}

TEST(SpecDifference, NamesWhatAnExtensionMayNotTakeAway) {
  SweepSpec now = begun();
  now.trials = 7;
  now.seeds = {2, 1};
  now.retries = 0;
  EXPECT_EQ(spec_difference(begun(), now), "\n  trials: 8 before, 7 now\n  seeds: [1, 2] before, [2, 1] now\n  retries: 1 before, 0 now");
  now = begun();
  now.seeds = {1};
  EXPECT_EQ(spec_difference(begun(), now), "\n  seeds: [1, 2] before, [1] now");
}

TEST(SpecDifference, NamesEachKeyThatDiffersWithBothValues) {
  SweepSpec now = spec_of(
      "name='other'\nmodel='scratch'\ntrials=8\nseeds=[1,2]\nretries=1\nkeep='all'\n[fixed]\nbatch_size=8\n[space]\nlr={log=[1e-4,1e-1]}\n"
      "layers={values=[1,2]}\n[[trial]]\nlr=1e-3\nlayers=1\n");
  EXPECT_EQ(spec_difference(begun(), now),
            "\n  name: \"sweep\" before, \"other\" now\n  keep: 3 before, \"all\" now\n  fixed.dropout: 0.1 before, none now"
            "\n  space.lr: { log = [0.0001, 0.01] } before, { log = [0.0001, 0.1] } now\n  trial 0.layers: 2 before, 1 now"
            "\n  fixed.batch_size: none before, 8 now");
}

TEST(SpecDifference, NamesAnotherOrderOfTheSpaceButNotOfFixed) {
  const auto spec = [](const std::string& fixed, const std::string& space) {
    return spec_of("model='scratch'\ntrials=8\n[fixed]\n" + fixed + "[space]\n" + space);
  };
  const std::string lr = "lr={log=[1e-4,1e-2]}\n", layers = "layers={values=[1,2]}\n";
  const SweepSpec before = spec("dropout=0.1\nbatch_size=8\n", lr + layers);
  EXPECT_EQ(spec_difference(before, spec("batch_size=8\ndropout=0.1\n", lr + layers)), "");
  EXPECT_EQ(spec_difference(before, spec("batch_size=8\ndropout=0.1\n", layers + lr)),
            "\n  the order of [space]: lr, layers before, layers, lr now");
}

}  // namespace
}  // namespace agsweep
