#include "data/synthetic_words.hpp"

namespace agsweep {

namespace {

using Words = std::string_view[];

constexpr Words world_nouns{"government", "president", "minister",  "election",  "talks",       "troops",     "ceasefire",  "border",
                            "parliament", "rebels",    "embassy",   "treaty",    "refugees",    "protest",    "coalition",  "militia",
                            "summit",     "peace",     "sanctions", "army",      "attack",      "convoy",     "referendum", "hostages",
                            "insurgents", "camp",      "aid",       "province",  "diplomats",   "opposition", "envoy",      "bombing",
                            "villagers",  "exile",     "curfew",    "delegates", "monarchy",    "strike",     "capital",    "campaign",
                            "commission", "soldiers",  "court",     "security",  "constitution"};
constexpr Words world_verbs{"condemned", "negotiated", "voted",    "invaded",  "withdrew", "pledged",  "detained",
                            "evacuated", "ratified",   "besieged", "defended", "attacked", "resigned", "shelled",
                            "mediated",  "vowed",      "urged",    "deployed", "opposed",  "won"};

constexpr Words sports_nouns{"season",       "coach",   "team",        "game",    "striker",    "league",   "match",    "goal",
                             "championship", "pitcher", "quarterback", "inning",  "tournament", "title",    "playoffs", "injury",
                             "medal",        "defence", "final",       "stadium", "captain",    "penalty",  "record",   "fans",
                             "victory",      "race",    "set",         "squad",   "rookie",     "draft",    "sprint",   "referee",
                             "trophy",       "round",   "contract",    "lap",     "keeper",     "transfer", "halftime", "marathon",
                             "attack",       "run",     "club",        "streak",  "comeback"};
constexpr Words sports_verbs{"scored", "won",     "beat",    "lost",     "defeated", "trained",  "signed", "pitched", "tackled", "raced",
                             "drew",   "dropped", "rallied", "clinched", "missed",   "defended", "led",    "traded",  "retired", "set"};

constexpr Words business_nouns{"shares",   "profit",    "company",  "market",     "quarter",  "bank",      "stocks",   "deal",
                               "prices",   "investors", "earnings", "merger",     "oil",      "dollar",    "sales",    "bid",
                               "forecast", "analysts",  "debt",     "airline",    "economy",  "rate",      "retailer", "inflation",
                               "fund",     "chairman",  "dividend", "jobs",       "takeover", "budget",    "exports",  "bankruptcy",
                               "contract", "strike",    "insurer",  "regulators", "losses",   "factories", "mortgage", "record",
                               "supply",   "unit",      "trade",    "creditors",  "pension"};
constexpr Words business_verbs{"bought",   "sold",     "cut",      "raised", "fell",    "rose",     "posted",
                               "merged",   "invested", "traded",   "gained", "dropped", "forecast", "borrowed",
                               "acquired", "signed",   "reported", "lost",   "slumped", "hired"};

constexpr Words science_nouns{"software",   "computer",  "network", "internet",  "scientists", "users",    "space",   "virus",
                              "system",     "chip",      "browser", "satellite", "server",     "research", "mission", "spam",
                              "robot",      "telescope", "game",    "device",    "planet",     "data",     "phone",   "patch",
                              "laboratory", "gene",      "version", "attack",    "wireless",   "engine",   "orbit",   "download",
                              "fossil",     "search",    "code",    "launch",    "memory",     "laptop",   "flaw",    "species",
                              "standard",   "protocol",  "storage", "console",   "experiment"};
constexpr Words science_verbs{"launched",   "unveiled", "discovered", "patched",  "tested",   "measured", "released",
                              "downloaded", "designed", "upgraded",   "orbited",  "hacked",   "deployed", "cloned",
                              "scanned",    "built",    "sold",       "detected", "licensed", "set"};

constexpr TopicWords topics[]{
    {world_nouns, world_verbs}, {sports_nouns, sports_verbs}, {business_nouns, business_verbs}, {science_nouns, science_verbs}};

constexpr Words shared_nouns{
    "report",   "plan",    "group",  "week",      "year",   "people",   "decision", "problem",  "home",    "leader",  "number", "question",
    "move",     "chance",  "result", "history",   "change", "pressure", "interest", "official", "meeting", "weekend", "member", "story",
    "country",  "city",    "offer",  "statement", "part",   "place",    "family",   "future",   "hour",    "day",     "effort", "power",
    "position", "concern", "case",   "study",     "area",   "support",  "morning",  "step",     "idea",    "fight",   "loss",   "start",
    "success",  "warning", "crowd",  "letter",    "rule",   "program",  "crisis",   "time",     "lead",    "test",    "line",   "role"};
constexpr Words shared_verbs{"said",    "announced", "expected", "called", "started", "made",     "told",   "faced",   "gave",   "put",
                             "moved",   "kept",      "showed",   "found",  "took",    "helped",   "left",   "planned", "asked",  "ended",
                             "offered", "ordered",   "reached",  "turned", "met",     "followed", "agreed", "held",    "opened", "joined"};
constexpr Words shared_adjectives{"new",        "big",      "early",  "late",    "strong", "likely",  "former",    "local",
                                  "major",      "final",    "second", "key",     "quiet",  "sudden",  "difficult", "long",
                                  "public",     "possible", "recent", "serious", "open",   "private", "record",    "bitter",
                                  "unexpected", "growing",  "close",  "tough",   "small",  "lasting"};
constexpr Words first_names{"Anna", "David",  "Maria", "John",   "Elena",  "Peter", "Laura", "Michael", "Sofia", "James",
                            "Nina", "Robert", "Yuki",  "Carlos", "Fatima", "Paul",  "Irene", "Omar",    "Grace", "Viktor"};
constexpr Words last_names{"Keller", "Brown", "Alvarez", "Novak",    "Tanaka",   "Miller", "Rossi", "Okafor", "Jensen", "Haddad",
                           "Clarke", "Meyer", "Silva",   "Kowalski", "Lindberg", "Moreau", "Singh", "Petrov", "Walsh",  "Duarte"};
constexpr Words places{"London",  "New York", "Paris",  "Tokyo",   "Berlin", "Sydney", "Moscow", "Madrid", "Chicago", "Toronto", "Cairo",
                       "Beijing", "Rome",     "Boston", "Houston", "Vienna", "Athens", "Delhi",  "Seoul",  "Denver",  "Geneva",  "Oslo"};
constexpr Words agencies{"Wire Desk", "Morning Post", "News Service", "Daily Ledger", "Evening Herald", "City Press"};
constexpr Words days{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr SharedWords shared{shared_nouns, shared_verbs, shared_adjectives, first_names, last_names, places, agencies, days};

constexpr Words name_starts{"Vel", "Kor", "Tan", "Bra", "Mir", "Dal", "Fen", "Gor", "Hal", "Jor", "Lun", "Nar",
                            "Ost", "Pel", "Qua", "Rin", "Sol", "Tor", "Ulm", "Var", "Wes", "Yar", "Zan", "Cal"};
constexpr Words name_middles{"", "a", "e", "i", "o", "an", "el", "ir", "on", "ar", "es", "ul"};
constexpr Words name_ends{"mora", "dex", "tis", "burg", "via", "ton",  "ska",  "nix",
                          "len",  "dor", "ria", "wick", "tek", "stan", "hall", "gate"};
constexpr NameParts parts{name_starts, name_middles, name_ends};

constexpr Words headline_list{
    "$name $verb $noun in $place",
    "$adjective $noun: $name $act $thing",
    "$person $verb $name $noun",
    "$noun $thing $act $adjective $noun",
    "$name and $name $act over $adjective $thing",
    "$place $thing $verb after $adjective $noun",
    "$adjective $thing for $name as $noun $verb",
    "Why the $thing of $name $act the $noun",
};
constexpr Words sentence_list{
    "The $noun $verb the $adjective $thing on $day, and $person $act the $noun of $name.",
    "$person of $name $act on $day that the $adjective $noun was a $thing for the $thing.",
    "After a $adjective $thing in $place, $name $verb $count of its $thing and $act a $noun.",
    "It was the $adjective $thing since the $thing $act, $person $act, as the $noun $verb.",
    "Nobody $act why the $noun and the $thing $verb a $adjective $thing for $count days.",
    "A $thing from $place $act that $name would be the $adjective $noun of the $thing.",
    "The $thing $act for the $count time this year, with $name close to a $adjective $noun.",
    "$name $verb $name in a $adjective $noun that the $thing $act a $thing.",
    "For the $thing of $place, the $adjective $noun $act $count times more than the $thing.",
    "Some $act it a $adjective $thing, others a $noun, but $person $verb it.",
};

}  // namespace

std::span<const TopicWords, 4> topic_words() { return topics; }
const SharedWords& shared_words() { return shared; }
const NameParts& name_parts() { return parts; }
std::span<const std::string_view> headlines() { return headline_list; }
std::span<const std::string_view> sentences() { return sentence_list; }

}  // namespace agsweep
