#include "auth/nonce.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace strowger::sofia {
namespace {

template <std::size_t Size, class Number>
void write(unsigned char* to, Number number) {
    for (std::size_t i = 0; i < Size; ++i)
        to[i] = static_cast<unsigned char>(number >> (8 * (Size - 1 - i)));
}

template <std::size_t Size>
std::uint64_t read(const unsigned char* from) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < Size; ++i) out = (out << 8) | from[i];
    return out;
}

std::uint64_t to_ms(steady_time when) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<milliseconds>(when.time_since_epoch()).count());
}

}  // namespace

nonce_maker::nonce_maker(std::chrono::seconds life, std::size_t ring_size)
    : life_(life), ring_(std::max<std::size_t>(ring_size, 1)) {
    unsigned char secret[32];
    if (RAND_bytes(secret, sizeof secret) != 1)
        throw std::runtime_error("OpenSSL gives no random bytes for the secret of nonces");
    auto* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    keyed_ = hmac ? EVP_MAC_CTX_new(hmac) : nullptr;
    EVP_MAC_free(hmac);
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
    bool ready = keyed_ && EVP_MAC_init(keyed_, secret, sizeof secret, parameters) == 1;
    OPENSSL_cleanse(secret, sizeof secret);
    if (!ready) {
        EVP_MAC_CTX_free(keyed_);
        throw std::runtime_error("OpenSSL has no HMAC-SHA256 for nonces");
    }
}

nonce_maker::~nonce_maker() { EVP_MAC_CTX_free(keyed_); }

bool nonce_maker::sign(raw_nonce& raw, std::string_view realm, std::string_view source) const {
    auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    // The length keeps realm and source apart.
    unsigned char length[4];
    write<4>(length, static_cast<std::uint32_t>(realm.size()));
    unsigned char out[EVP_MAX_MD_SIZE];
    std::size_t size = 0;
    // A null key begins anew with the one that is set.
    if (EVP_MAC_init(keyed_, nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(keyed_, raw.data(), head_bytes) != 1 ||
        EVP_MAC_update(keyed_, length, sizeof length) != 1 ||
        EVP_MAC_update(keyed_, bytes(realm), realm.size()) != 1 ||
        EVP_MAC_update(keyed_, bytes(source), source.size()) != 1 ||
        EVP_MAC_final(keyed_, out, &size, sizeof out) != 1 || size < mac_bytes)
        return false;
    std::copy_n(out, mac_bytes, raw.begin() + head_bytes);
    return true;
}

std::string nonce_maker::make(std::string_view realm, std::string_view source, steady_time now) {
    raw_nonce raw{};
    auto index = ++last_index_;
    ring_[index % ring_.size()] = {index, 0, 0};
    write<8>(raw.data(), to_ms(now));
    write<4>(raw.data() + 8, index);
    if (!sign(raw, realm, source)) return {};
    unsigned char text[4 * ((sizeof raw + 2) / 3) + 1];
    auto length = EVP_EncodeBlock(text, raw.data(), static_cast<int>(raw.size()));
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

nonce_maker::checked nonce_maker::check(std::string_view nonce, std::string_view realm,
                                        std::string_view source, steady_time now) const {
    constexpr std::size_t text_size = 4 * ((sizeof(raw_nonce) + 2) / 3);
    if (nonce.size() != text_size) return {};
    unsigned char decoded[text_size];
    if (EVP_DecodeBlock(decoded, reinterpret_cast<const unsigned char*>(nonce.data()),
                        static_cast<int>(nonce.size())) < static_cast<int>(sizeof(raw_nonce)))
        return {};
    raw_nonce expected{};
    std::copy_n(decoded, head_bytes, expected.begin());
    if (!sign(expected, realm, source) ||
        CRYPTO_memcmp(expected.data(), decoded, expected.size()) != 0)
        return {};
    auto age = to_ms(now) - read<8>(decoded);
    auto index = static_cast<std::uint32_t>(read<4>(decoded + 8));
    bool kept = ring_[index % ring_.size()].owner == index;
    bool young = age <= static_cast<std::uint64_t>(milliseconds(life_).count());
    return {kept && young ? nonce_verdict::good : nonce_verdict::expired, index};
}

bool nonce_maker::use(std::uint32_t index, std::uint32_t nc) {
    auto& mark = ring_[index % ring_.size()];
    if (mark.owner != index || nc == 0) return false;
    if (nc > mark.highest) {
        auto step = nc - mark.highest;
        mark.seen = step < 64 ? (mark.seen << step) | 1 : 1;
        mark.highest = nc;
        return true;
    }
    auto behind = mark.highest - nc;
    if (behind >= 64 || (mark.seen >> behind) & 1) return false;
    mark.seen |= std::uint64_t{1} << behind;
    return true;
}

}  // namespace strowger::sofia
