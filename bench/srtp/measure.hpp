// The measurement that both programs make: packets of 20 ms of G.711, protected and unprotected.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

namespace bench {

inline constexpr const char* suites[] = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32",
                                         "AES_256_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32",
                                         "AEAD_AES_128_GCM",        "AEAD_AES_256_GCM"};
inline constexpr int payload = 160, header = 12, room = header + payload + 64;

struct figures {
    double protect_ns = 0, unprotect_ns = 0;
    long offered = 0, completed = 0;
};

inline std::uint64_t cpu_ns() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

// `protect` and `unprotect` work in place and give the new length, 0 for a failure. Packets are
// handled in batches that fit the cache, so that each half is timed alone.
template <class Protect, class Unprotect>
figures measure(long packets, Protect protect, Unprotect unprotect) {
    constexpr int batch = 100;
    static std::uint8_t buffers[batch][room];
    static int lengths[batch];
    figures out;
    std::uint64_t in_protect = 0, in_unprotect = 0;
    for (long done = 0; done < packets; done += batch) {
        for (int i = 0; i < batch; ++i) {
            auto number = static_cast<std::uint16_t>(done + i);
            auto* packet = buffers[i];
            std::memset(packet, 0x55, header + payload);
            const std::uint8_t head[header] = {0x80,
                                               0,
                                               static_cast<std::uint8_t>(number >> 8),
                                               static_cast<std::uint8_t>(number & 255),
                                               0,
                                               0,
                                               0,
                                               1,
                                               1,
                                               2,
                                               3,
                                               4};
            std::memcpy(packet, head, header);
        }
        auto start = cpu_ns();
        for (int i = 0; i < batch; ++i) lengths[i] = protect(buffers[i], header + payload);
        auto middle = cpu_ns();
        for (int i = 0; i < batch; ++i) lengths[i] = unprotect(buffers[i], lengths[i]);
        in_unprotect += cpu_ns() - middle;
        in_protect += middle - start;
        for (int i = 0; i < batch; ++i)
            out.completed += lengths[i] == header + payload && buffers[i][header] == 0x55 &&
                             buffers[i][header + payload - 1] == 0x55;
        out.offered += batch;
    }
    out.protect_ns = static_cast<double>(in_protect) / static_cast<double>(out.offered);
    out.unprotect_ns = static_cast<double>(in_unprotect) / static_cast<double>(out.offered);
    return out;
}

// A key long enough for every suite; the benchmark hides nothing.
inline std::array<std::uint8_t, 64> key() {
    std::array<std::uint8_t, 64> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 3 + 1);
    return bytes;
}

}  // namespace bench
