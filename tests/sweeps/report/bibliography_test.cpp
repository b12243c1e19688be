#include "sweeps/report/bibliography.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Bibliography, HasEachWorkThatIsCitedAndNoOther) {
  const std::string entries = bibliography("by ASHA [@li2020asha], with agsweep [@agsweep; @hu2022lora].", "0.1.0, commit 012");
  EXPECT_THAT(entries, AllOf(HasSubstr("@inproceedings{li2020asha,\n"), HasSubstr("@inproceedings{hu2022lora,\n"),
                             HasSubstr("@misc{agsweep,\n"), HasSubstr("version 0.1.0  commit 012"), Not(HasSubstr("sobol1967"))));
}

TEST(Bibliography, IsEmptyWhereNothingIsCited) { EXPECT_EQ(bibliography("li2020asha @li2020ashas", ""), ""); }

}  // namespace
}  // namespace agsweep
