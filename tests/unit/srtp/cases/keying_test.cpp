// Offers and answers of keys, as dialogues between two keyings.
#include "protection.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace strowger::srtp::testing {
namespace {

using lines = std::vector<sdp_attribute>;

struct keying : ::testing::Test {
    std::unique_ptr<media_protection> protection = make_protection(kernel());
    std::unique_ptr<stream_keying> make(std::vector<std::string> suites = {}) {
        return protection->create(suites).value();
    }
    static std::string tag_and_suite(const sdp_attribute& line) {
        return line.value.substr(0, line.value.find(" inline:"));
    }
    // Whether what one sends the other can open.
    static bool hears(stream_protection& from, stream_protection& to, std::uint16_t number = 1) {
        auto packet = rtp_packet(number);
        return run(*to.incoming, run(*from.outgoing, packet)) == packet;
    }
};

TEST_F(keying, the_default_offer) {
    auto offer = make()->offer().value();
    ASSERT_EQ(offer.size(), 4U);
    EXPECT_EQ(tag_and_suite(offer[0]), "1 AES_CM_128_HMAC_SHA1_80");
    EXPECT_EQ(tag_and_suite(offer[1]), "2 AEAD_AES_256_GCM");
    EXPECT_EQ(tag_and_suite(offer[2]), "3 AEAD_AES_128_GCM");
    EXPECT_EQ(tag_and_suite(offer[3]), "4 AES_256_CM_HMAC_SHA1_80");
    for (const auto& line : offer) EXPECT_EQ(line.name, "crypto");
}

TEST_F(keying, the_first_usable_line_of_the_offer_wins) {
    auto a = make({"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"}), b = make();
    auto answer = b->answer(a->offer().value()).value();
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(tag_and_suite(answer[0]), "1 AEAD_AES_256_GCM");
    ASSERT_TRUE(a->accept(answer, "x"));
    auto at_a = a->take("x").value(), at_b = b->take("").value();
    ASSERT_TRUE(at_a && at_b);
    EXPECT_EQ(at_a->suite, "AEAD_AES_256_GCM");
    EXPECT_EQ(at_a->keying, "SDES");
    EXPECT_TRUE(hears(*at_a, *at_b));
    EXPECT_TRUE(hears(*at_b, *at_a));
}

TEST_F(keying, the_short_tags_are_accepted_but_not_offered) {
    auto a = make({"AES_CM_128_HMAC_SHA1_32"}), b = make();
    auto answer = b->answer(a->offer().value()).value();
    EXPECT_EQ(tag_and_suite(answer.at(0)), "1 AES_CM_128_HMAC_SHA1_32");
    // Our own re-offer keeps the suite in use first, so that a hold changes nothing.
    ASSERT_TRUE(b->take("").value());
    EXPECT_EQ(tag_and_suite(b->offer().value().at(0)), "1 AES_CM_128_HMAC_SHA1_32");
}

TEST_F(keying, a_suite_list_is_kept_to) {
    auto a = make(), b = make({"AES_CM_256_HMAC_SHA1_80"});
    EXPECT_EQ(tag_and_suite(b->answer(a->offer().value()).value().at(0)),
              "4 AES_256_CM_HMAC_SHA1_80");
    auto c = make({"AES_CM_128_HMAC_SHA1_32"});
    auto refused = c->answer(a->offer().value());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::incompatible);
    EXPECT_NE(refused.error().text.find("not allowed"), std::string::npos);
}

TEST_F(keying, unusable_lines_are_passed_over) {
    auto a = make({"AES_CM_128_HMAC_SHA1_80"}), b = make();
    auto offer = a->offer().value();
    offer.insert(offer.begin(), sdp_attribute{"crypto", offer[0].value + "|2^20|1:4"});
    offer.insert(offer.begin(), sdp_attribute{"crypto", "9 NONSENSE inline:x"});
    offer.insert(offer.begin(), sdp_attribute{"ptime", "20"});
    EXPECT_EQ(tag_and_suite(b->answer(offer).value().at(0)), "1 AES_CM_128_HMAC_SHA1_80");
    offer.pop_back();
    auto refused = b->answer(offer);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("MKI"), std::string::npos) << refused.error().text;
    EXPECT_EQ(b->answer(lines{}).error().code, errc::incompatible);
}

TEST_F(keying, an_answer_must_be_one_of_the_lines_offered) {
    auto a = make(), b = make();
    auto offer = a->offer().value();
    auto answer = b->answer(offer).value();
    auto other_tag = answer;
    other_tag[0].value[0] = '2';
    EXPECT_EQ(a->accept(other_tag, "x").error().code, errc::incompatible);
    EXPECT_EQ(a->accept(lines{}, "x").error().code, errc::incompatible);
    other_tag[0].value[0] = '9';
    EXPECT_EQ(a->accept(other_tag, "x").error().code, errc::incompatible);
    EXPECT_FALSE(a->take("x").value());
    EXPECT_TRUE(a->accept(answer, "x"));
}

TEST_F(keying, nothing_before_an_agreement) {
    auto a = make();
    EXPECT_FALSE(a->take("").value());
    (void)a->offer();
    EXPECT_FALSE(a->take("").value());
}

TEST_F(keying, the_same_keys_change_nothing) {
    auto a = make(), b = make();
    auto first = a->offer().value();
    auto answer = b->answer(first).value();
    ASSERT_TRUE(a->accept(answer, "x"));
    auto at_a = a->take("x").value(), at_b = b->take("").value();
    ASSERT_TRUE(at_a && at_b);
    EXPECT_FALSE(a->take("x").value());
    // A hold: the same lines again, the same answer.
    auto again = a->offer().value();
    EXPECT_EQ(again[0].value, first[0].value);
    auto answer_again = b->answer(again).value();
    EXPECT_EQ(answer_again[0].value, answer[0].value);
    EXPECT_FALSE(b->take("").value());
    ASSERT_TRUE(a->accept(answer_again, "x"));
    EXPECT_FALSE(a->take("x").value());
    // The other side's turn to offer: it keeps the suite and the keys too.
    auto reverse = b->offer().value();
    auto from_a = a->answer(reverse).value();
    ASSERT_TRUE(b->accept(from_a, ""));
    EXPECT_FALSE(a->take("").value());
    EXPECT_FALSE(b->take("").value());
}

TEST_F(keying, a_new_key_of_theirs_brings_a_new_one_of_ours) {
    auto a = make(), b = make(), a_anew = make();
    auto first = b->answer(a->offer().value()).value();
    ASSERT_TRUE(b->take("").value());
    auto second = b->answer(a_anew->offer().value()).value();
    EXPECT_NE(first[0].value, second[0].value);
    ASSERT_TRUE(a_anew->accept(second, "x"));
    auto at_a = a_anew->take("x").value(), at_b = b->take("").value();
    ASSERT_TRUE(at_a && at_b);
    EXPECT_TRUE(hears(*at_a, *at_b));
    EXPECT_TRUE(hears(*at_b, *at_a));
}

TEST_F(keying, branches_have_keys_of_their_own_and_one_rollover_counter_of_ours) {
    auto a = make(), b = make(), c = make();
    auto offer = a->offer().value();
    ASSERT_TRUE(a->accept(b->answer(offer).value(), "b"));
    ASSERT_TRUE(a->accept(c->answer(offer).value(), "c"));
    auto to_b = a->take("b").value(), at_b = b->take("").value(), at_c = c->take("").value();
    ASSERT_TRUE(to_b && at_b && at_c);
    EXPECT_TRUE(hears(*at_b, *to_b));
    EXPECT_TRUE(hears(*to_b, *at_b, 10));
    auto to_c = a->take("c").value();
    ASSERT_TRUE(to_c);
    EXPECT_TRUE(hears(*at_c, *to_c));
    EXPECT_FALSE(hears(*at_b, *to_c, 2));
    // Ours is the same key to both: an index used to one is never used to the other.
    EXPECT_TRUE(run(*to_c->outgoing, rtp_packet(10)).empty());
    EXPECT_TRUE(hears(*to_c, *at_c, 11));
}

TEST_F(keying, a_refused_offer_takes_its_keys_back) {
    auto a = make(), b = make(), stranger = make();
    auto offer = a->offer().value();
    auto answer = b->answer(offer).value();
    ASSERT_TRUE(a->accept(answer, "x"));
    ASSERT_TRUE(a->take("x").value());
    ASSERT_TRUE(b->take("").value());
    (void)b->answer(stranger->offer().value()).value();
    b->rollback();
    EXPECT_EQ(b->answer(offer).value()[0].value, answer[0].value);
    EXPECT_FALSE(b->take("").value());
    (void)a->offer();
    a->rollback();
    EXPECT_FALSE(a->take("x").value());
}

TEST_F(keying, unknown_suites_are_named_with_the_right_ones) {
    std::vector<std::string> suites{"AES_CM_128_HMAC_SHA1_80", "AES_CM_128"};
    auto made = protection->create(suites);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, errc::invalid_argument);
    EXPECT_NE(made.error().text.find("\"AES_CM_128\""), std::string::npos);
    EXPECT_NE(made.error().text.find("AEAD_AES_256_GCM"), std::string::npos);
    EXPECT_EQ(protection->suites().size(), 6U);
}

TEST_F(keying, branches_without_end_are_refused) {
    auto a = make(), b = make();
    auto answer = b->answer(a->offer().value()).value();
    std::size_t taken = 0;
    for (int i = 0; i < 100; ++i) taken += a->accept(answer, std::to_string(i)).has_value();
    EXPECT_EQ(taken, 32U);
}

TEST(generations, the_kernel_starts_again_after_it_was_shut_down) {
    kernel_slot().reset();
    for (int round = 0; round < 3; ++round) {
        auto protection = make_protection();
        ASSERT_TRUE(protection) << protection.error().text;
        auto a = (*protection)->create({}).value(), b = (*protection)->create({}).value();
        ASSERT_TRUE(a->accept(b->answer(a->offer().value()).value(), ""));
        protection->reset();
        // What was handed out keeps the kernel for itself.
        auto at_a = a->take("").value(), at_b = b->take("").value();
        ASSERT_TRUE(at_a && at_b);
        EXPECT_TRUE(keying::hears(*at_a, *at_b));
    }
}

TEST(generations, a_second_kernel_is_refused_in_words) {
    auto first = kernel();
    auto second = make_protection();
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().text.find("libsrtp does not start"), std::string::npos);
}

}  // namespace
}  // namespace strowger::srtp::testing
