// tests/data/sdp/*.dialogue: SDP in and out, as text. A case is "== name", then steps; a step is a
// line "-- words" and the SDP that belongs to it. See the head of the first file.
#include "fake_keying.hpp"
#include "negotiation/negotiator.hpp"

#include <strowger/text.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace strowger::rtp::testing {
namespace {

struct step {
    std::vector<std::string> words;
    std::string text;
};
struct dialogue {
    std::string name;
    std::vector<step> steps;
};

std::vector<std::string> split(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

std::vector<dialogue> read_dialogues() {
    std::vector<dialogue> all;
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(STROWGER_SOURCE_DIR "/tests/data/sdp"))
        if (entry.path().extension() == ".dialogue") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("#") || line.empty()) continue;
            if (line.starts_with("== "))
                all.push_back({line.substr(3), {}});
            else if (line.starts_with("-- "))
                all.back().steps.push_back({split(line.substr(3)), {}});
            else
                all.back().steps.back().text += line + "\r\n";
        }
    }
    return all;
}

std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string out;
    for (std::size_t i = from; i < words.size(); ++i) out += (i > from ? " " : "") + words[i];
    return out;
}

class dialogues : public ::testing::TestWithParam<dialogue> {};

TEST_P(dialogues, holds) {
    leg_facts facts;
    variables vars;
    local_side local;
    local.address = "198.51.100.1";
    local.rtp_port = 20000;
    local.session_id = 7;
    std::optional<negotiator> talk;
    std::optional<carried> other;
    std::optional<error> failed;
    auto take = [&](const result<void>& done) {
        failed.reset();
        if (!done) failed = done.error();
    };
    for (const auto& each : GetParam().steps) {
        SCOPED_TRACE("step: " + joined(each.words, 0));
        const auto& verb = each.words.at(0);
        if (failed && verb != "error") FAIL() << "unexpected: " << failed->text;
        if (verb == "leg") {
            facts.way = each.words.at(1) == "inbound" ? direction::inbound : direction::outbound;
            for (std::size_t i = 2; i < each.words.size(); ++i) {
                auto equals = each.words[i].find('=');
                auto name = each.words[i].substr(0, equals),
                     value = each.words[i].substr(equals + 1);
                if (name == "codecs")
                    local.preferences = read_preferences(value);
                else if (name == "mux")
                    local.offer_mux = true;
                else if (name == "ip")
                    local.address = value, local.ipv6 = true;
                else
                    vars.set(name, value);
            }
            talk.emplace(local, read_policy(vars, facts), std::make_unique<fake_keying>(), "");
        } else if (verb == "other") {  // the other leg's codecs, as an m= line says them
            auto read = parse_sdp("v=0\r\n" + each.text);
            ASSERT_TRUE(read);
            other = carried{read_codecs(read->media.at(0)), {}};
            if (const auto* ptime = read->media[0].find("ptime")) other->ptime = *ptime;
        } else if (verb == "they-offer") {
            take(talk->remote_offer(each.text));
        } else if (verb == "they-answer") {  // branch, early or final
            take(talk->remote_answer(each.text, each.words.at(1), each.words.at(2) == "final"));
        } else if (verb == "we-answer" || verb == "we-offer") {
            auto text = verb == "we-answer" ? talk->answer(other ? &*other : nullptr)
                                            : talk->offer(other ? &*other : nullptr);
            if (!text) {
                failed = text.error();
                continue;
            }
            EXPECT_EQ(*text, each.text);
        } else if (verb == "direction") {
            for (auto way : {stream_direction::sendrecv, stream_direction::sendonly,
                             stream_direction::recvonly, stream_direction::inactive})
                if (each.words.at(1) == to_string(way)) talk->set_direction(way);
        } else if (verb == "they-asked") {
            EXPECT_EQ(to_string(talk->remote_direction()), each.words.at(1));
        } else if (verb == "rollback") {
            talk->rollback();
        } else if (verb == "drop") {
            talk->drop(each.words.at(1));
        } else if (verb == "stream") {
            const auto* stream = talk->stream();
            std::string got = "none";
            if (stream)
                got = cat(stream->audio()->text(), ' ', stream->address, ':', stream->rtp_port, '/',
                          stream->rtcp_port, ' ', to_string(stream->way),
                          stream->secure ? " secure" : "", stream->mux ? " mux" : "");
            EXPECT_EQ(got, joined(each.words, 1));
        } else if (verb == "error") {
            ASSERT_TRUE(failed) << "nothing failed";
            EXPECT_NE(failed->text.find(joined(each.words, 1)), std::string::npos) << failed->text;
            failed.reset();
        } else {
            FAIL() << "unknown step";
        }
    }
    if (failed) ADD_FAILURE() << "unexpected: " << failed->text;
}

INSTANTIATE_TEST_SUITE_P(sdp, dialogues, ::testing::ValuesIn(read_dialogues()),
                         [](const auto& one) {
                             std::string name = one.param.name;
                             for (auto& c : name)
                                 if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                             return name;
                         });

TEST(dialogue_files, are_there) { EXPECT_GE(read_dialogues().size(), 15U); }

}  // namespace
}  // namespace strowger::rtp::testing
