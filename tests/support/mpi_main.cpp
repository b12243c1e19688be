#include <gtest/gtest.h>

#include <cstdio>  // stderr

#include <fmt/format.h>

#include "tests/support/mpi_session.hpp"

namespace agsweep::testing_support {

namespace {

Session* session = nullptr;

/// Other ranks than 0 say only what failed.
class FailurePrinter : public testing::EmptyTestEventListener {
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    fmt::print(stderr, "rank {}: {}:{}: {}\n", session->rank(), result.file_name() != nullptr ? result.file_name() : "",
               result.line_number(), result.message());
  }
};

}  // namespace

Session& test_session() { return *session; }

}  // namespace agsweep::testing_support

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  agsweep::Session session;
  agsweep::testing_support::session = &session;
  if (session.rank() != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new agsweep::testing_support::FailurePrinter);
  }
  const int result = RUN_ALL_TESTS();
  session.leave_together(result == 0 ? agsweep::ExitCode::done : agsweep::ExitCode::run_time_failure);
  return result;
}
