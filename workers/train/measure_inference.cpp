#include "workers/train/measure_inference.hpp"

#include <malloc.h>  // malloc_trim

#include <algorithm>  // std::max, std::min, std::sort
#include <chrono>
#include <cmath>  // std::ceil
#include <fstream>
#include <string>

#include <c10/core/InferenceMode.h>

#include "data/batch.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/train/evaluate.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

namespace {

constexpr std::int64_t fewest_calls = 5;
constexpr std::int64_t most_calls = 1000;
constexpr std::int64_t warmup_calls = 3;

class Watch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Of memory that is no file's: libraries' code is read in when it first runs, whichever model that is for.
std::int64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    std::int64_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

/// The least of the sorted times that so large a share does not exceed.
double percentile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// A loaded model that answers one call after the other, each about the next rows of the split.
class Server {
 public:
  Server(const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
         const std::filesystem::path& weights)
      : split_(split),
        workers_(place.make_workers(config.threads, config.timeout)),
        model_(make_model(config, classes, split, shared_, workers_->device())),
        parameters_(model_->layout(), compute_type(config.precision), workers_->device()) {
    parameters_.assign(read_weights(model_->layout(), weights));
  }

  void answer(std::int64_t rows) {
    std::vector<std::uint32_t> of_call;
    for (std::int64_t i = 0; i < rows; ++i) of_call.push_back(static_cast<std::uint32_t>(next_++ % split_.rows()));
    workers_->pool().run(1, [&](std::int64_t /*index*/, int worker) {
      const c10::InferenceMode no_autograd;
      Workspace& workspace = workers_->workspace(worker);
      const Workspace::Scope scope(workspace);
      const Batch batch = workers_->load(pack(split_, of_call), {}, worker);
      workers_->on_host(model_->logits(parameters_, batch, workspace));  // waits for a device
    });
  }

  CallLatency latency(std::int64_t rows, double seconds, const std::function<void()>& alive) {
    for (std::int64_t i = 0; i < warmup_calls; ++i) answer(rows);
    std::vector<double> times;
    const Watch all;
    while (std::ssize(times) < fewest_calls || (all.seconds() < seconds && std::ssize(times) < most_calls)) {
      alive();
      const Watch call;
      answer(rows);
      times.push_back(call.seconds());
    }
    std::sort(times.begin(), times.end());
    return {.rows = rows,
            .calls = std::ssize(times),
            .p50 = percentile(times, 0.5),
            .p95 = percentile(times, 0.95),
            .p99 = percentile(times, 0.99)};
  }

  double rows_per_second(int threads, double seconds, const std::function<void()>& alive) {
    SelfCommunicator self;
    std::vector<std::uint32_t> rows = all_rows(split_);
    rows.resize(std::min(rows.size(), static_cast<std::size_t>(threads) * 256));
    const auto pass = [&] {
      evaluate(self, *workers_, *model_, parameters_, split_, rows, "test", [&](std::int64_t, std::int64_t) { alive(); });
    };
    pass();
    double done = 0;
    const Watch watch;
    do {
      pass();
      done += static_cast<double>(rows.size());
    } while (watch.seconds() < seconds);
    return done / watch.seconds();
  }

  std::int64_t device_bytes() { return workers_->stream() == nullptr ? 0 : workers_->stream()->memory().in_use; }

 private:
  const Split& split_;
  SharedWeights shared_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<const Model> model_;
  Parameters parameters_;
  std::size_t next_ = 0;
};

}  // namespace

InferenceMeasurement measure_inference(const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
                                       const std::filesystem::path& weights, const std::function<void()>& alive, double seconds) {
  malloc_trim(0);  // what an earlier model has left would take this one in, unseen
  const std::int64_t before = anonymous_bytes();
  const Watch startup;
  Server server(split, classes, config, place, weights);
  server.answer(1);
  InferenceMeasurement measured{.startup_seconds = startup.seconds()};
  for (const std::int64_t rows : {1, 8, 64}) measured.batches.push_back(server.latency(rows, seconds, alive));
  measured.rows_per_second = server.rows_per_second(config.threads, seconds, alive);
  measured.resident_bytes = std::max<std::int64_t>(anonymous_bytes() - before, 0);
  measured.device_bytes = server.device_bytes();
  return measured;
}

}  // namespace agsweep
