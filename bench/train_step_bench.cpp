// Times training steps of the scratch model on a corpus's first rows: prints one JSON line. bench/train_step.py compares with PyTorch.
//
//   train_step_bench DATA.h5 THREADS fp32|bf16 STEPS     (under mpirun: one line, from rank 0)

#include <chrono>
#include <cstdlib>
#include <numeric>  // std::iota

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/corpus_file.hpp"
#include "workers/comm/session.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/trainer.hpp"

int main(int argc, char** argv) {
  using namespace agsweep;
  if (argc != 5) {
    fmt::print(stderr, "usage: train_step_bench DATA.h5 THREADS fp32|bf16 STEPS\n");
    return 2;
  }
  Session session;
  const auto comm = session.world(60);
  const Corpus corpus = read_corpus(argv[1]);
  TrainConfig config;
  config.threads = std::atoi(argv[2]);
  config.precision = std::string_view(argv[3]) == "bf16" ? Precision::bf16 : Precision::fp32;
  const std::int64_t steps = std::atoi(argv[4]);

  const auto model = make_model(config, static_cast<std::int64_t>(corpus.info.class_names.size()), corpus.info.max_length);
  Workers workers(config.threads);
  Trainer trainer(*comm, workers, *model, config, 6000);
  model->start(trainer.parameters(), config.seed);

  std::vector<double> seconds;
  for (std::int64_t step = 0; step < steps; ++step) {
    std::vector<std::uint32_t> rows(static_cast<std::size_t>(config.batch_size));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(step * config.batch_size));
    const auto start = std::chrono::steady_clock::now();
    trainer.step(corpus.train, rows, false);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  if (comm->rank() == 0) fmt::print("{{\"seconds\": [{:.5f}]}}\n", fmt::join(seconds, ", "));
  return 0;
}
