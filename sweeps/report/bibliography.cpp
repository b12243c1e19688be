#include "sweeps/report/bibliography.hpp"

#include <array>

#include <fmt/format.h>

namespace agsweep {

namespace {

struct Work {
  std::string_view key;
  std::string_view kind;
  std::string_view fields;
};

constexpr auto works = std::to_array<Work>({
    {"bergstra2011tpe", "inproceedings",
     R"(  author = {Bergstra, James and Bardenet, R{\'e}mi and Bengio, Yoshua and K{\'e}gl, Bal{\'a}zs},
  title = {Algorithms for Hyper-Parameter Optimization},
  booktitle = {Advances in Neural Information Processing Systems 24},
  pages = {2546--2554},
  year = {2011})"},
    {"bergstra2012random", "article",
     R"(  author = {Bergstra, James and Bengio, Yoshua},
  title = {Random Search for Hyper-Parameter Optimization},
  journal = {Journal of Machine Learning Research},
  volume = {13},
  pages = {281--305},
  year = {2012})"},
    {"efron1982jackknife", "book",
     R"(  author = {Efron, Bradley},
  title = {The Jackknife, the Bootstrap and Other Resampling Plans},
  publisher = {SIAM},
  year = {1982})"},
    {"golovin2017vizier", "inproceedings",
     R"(  author = {Golovin, Daniel and Solnik, Benjamin and Moitra, Subhodeep and Kochanski, Greg and Karro, John and Sculley, D.},
  title = {Google {V}izier: A Service for Black-Box Optimization},
  booktitle = {Proceedings of the 23rd ACM SIGKDD International Conference on Knowledge Discovery and Data Mining},
  pages = {1487--1495},
  year = {2017})"},
    {"hu2022lora", "inproceedings",
     R"(  author = {Hu, Edward J. and Shen, Yelong and Wallis, Phillip and Allen-Zhu, Zeyuan and Li, Yuanzhi and Wang, Shean and Wang, Lu and
    Chen, Weizhu},
  title = {{LoRA}: Low-Rank Adaptation of Large Language Models},
  booktitle = {International Conference on Learning Representations},
  year = {2022})"},
    {"hutter2014fanova", "inproceedings",
     R"(  author = {Hutter, Frank and Hoos, Holger and Leyton-Brown, Kevin},
  title = {An Efficient Approach for Assessing Hyperparameter Importance},
  booktitle = {Proceedings of the 31st International Conference on Machine Learning},
  pages = {754--762},
  year = {2014})"},
    {"joe2008sobol", "article",
     R"(  author = {Joe, Stephen and Kuo, Frances Y.},
  title = {Constructing {S}obol Sequences with Better Two-Dimensional Projections},
  journal = {SIAM Journal on Scientific Computing},
  volume = {30},
  number = {5},
  pages = {2635--2654},
  year = {2008})"},
    {"li2020asha", "inproceedings",
     R"(  author = {Li, Liam and Jamieson, Kevin and Rostamizadeh, Afshin and Gonina, Ekaterina and Ben-tzur, Jonathan and Hardt, Moritz and
    Recht, Benjamin and Talwalkar, Ameet},
  title = {A System for Massively Parallel Hyperparameter Tuning},
  booktitle = {Proceedings of Machine Learning and Systems 2},
  pages = {230--246},
  year = {2020})"},
    {"loshchilov2019adamw", "inproceedings",
     R"(  author = {Loshchilov, Ilya and Hutter, Frank},
  title = {Decoupled Weight Decay Regularization},
  booktitle = {International Conference on Learning Representations},
  year = {2019})"},
    {"matousek1998", "article",
     R"(  author = {Matou{\v{s}}ek, Ji{\v{r}}{\'\i}},
  title = {On the {$L_2$}-Discrepancy for Anchored Boxes},
  journal = {Journal of Complexity},
  volume = {14},
  number = {4},
  pages = {527--556},
  year = {1998})"},
    {"radford2019gpt2", "techreport",
     R"(  author = {Radford, Alec and Wu, Jeffrey and Child, Rewon and Luan, David and Amodei, Dario and Sutskever, Ilya},
  title = {Language Models are Unsupervised Multitask Learners},
  institution = {OpenAI},
  year = {2019})"},
    {"smith2019onecycle", "inproceedings",
     R"(  author = {Smith, Leslie N. and Topin, Nicholay},
  title = {Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates},
  booktitle = {Artificial Intelligence and Machine Learning for Multi-Domain Operations Applications},
  series = {Proceedings of SPIE},
  volume = {11006},
  year = {2019})"},
    {"sobol1967", "article",
     R"(  author = {Sobol', Ilya M.},
  title = {On the Distribution of Points in a Cube and the Approximate Evaluation of Integrals},
  journal = {USSR Computational Mathematics and Mathematical Physics},
  volume = {7},
  number = {4},
  pages = {86--112},
  year = {1967})"},
    {"vaswani2017attention", "inproceedings",
     R"(  author = {Vaswani, Ashish and Shazeer, Noam and Parmar, Niki and Uszkoreit, Jakob and Jones, Llion and Gomez, Aidan N. and
    Kaiser, {\L}ukasz and Polosukhin, Illia},
  title = {Attention Is All You Need},
  booktitle = {Advances in Neural Information Processing Systems 30},
  pages = {5998--6008},
  year = {2017})"},
    {"zhang2015agnews", "inproceedings",
     R"(  author = {Zhang, Xiang and Zhao, Junbo and LeCun, Yann},
  title = {Character-level Convolutional Networks for Text Classification},
  booktitle = {Advances in Neural Information Processing Systems 28},
  pages = {649--657},
  year = {2015})"},
});

/// Whether the text cites the key, and not one that it is the beginning of.
bool cites(std::string_view text, std::string_view key) {
  const std::string mark = fmt::format("@{}", key);
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const std::size_t end = at + mark.size();
    const bool goes_on = end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || (text[end] >= '0' && text[end] <= '9'));
    if (!goes_on) return true;
  }
  return false;
}

/// A version's characters mean nothing to BibTeX, but it comes from a file.
std::string plain(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    kept += safe ? c : ' ';
  }
  return kept;
}

}  // namespace

std::string bibliography(std::string_view text, std::string_view version) {
  std::string entries;
  if (cites(text, "agsweep")) {
    entries = fmt::format(
        "@misc{{agsweep,\n  author = {{{{The agsweep maintainers}}}},\n  title = {{agsweep: Hyperparameter Sweeps of Text Classifiers over "
        "{{MPI}} Ranks}},\n"
        "  howpublished = {{Software{}}}\n}}\n",
        version.empty() ? "" : fmt::format(", version {}", plain(version)));
  }
  for (const Work& work : works) {
    if (!cites(text, work.key)) continue;
    entries += fmt::format("{}@{}{{{},\n{}\n}}\n", entries.empty() ? "" : "\n", work.kind, work.key, work.fields);
  }
  return entries;
}

}  // namespace agsweep
