#include "session/engine.hpp"

#include "session/session.hpp"

#include <strowger/text.hpp>

#include <openssl/rand.h>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace strowger::rtp {
namespace {

std::uint64_t random_bits() {
    std::uint64_t bits = 0;
    // RFC 3550, 5.1: starts are random so that plaintext is not known; a failing generator fails
    // SRTP's keys before this matters.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&bits), sizeof bits) != 1) bits = 0x5deece66d;
    return bits;
}

class rtp_engine final : public engine {
public:
    explicit rtp_engine(context& ctx)
        : state_(std::make_shared<engine_state>(ctx)),
          reports_(std::make_shared<boost::asio::posix::stream_descriptor>(ctx.executor(),
                                                                           state_->bell->fd())) {
        wait_for_reports();
    }
    ~rtp_engine() override { end_waiting(); }

    result<std::unique_ptr<media_session>> create(const leg_facts& facts, const variables& vars,
                                                  media_session* near) override;
    void set_ports(std::uint16_t first, std::uint16_t last) override {
        state_->ports->set_range(first, last);
    }
    void stop() noexcept override {
        stopping_ = true;
        if (state_->sessions.empty())
            end_waiting();
        else
            state_->last_session_gone = [this] { end_waiting(); };
    }
    std::size_t sessions() const noexcept override { return state_->sessions.size(); }
    std::size_t ports_in_use() const noexcept override { return state_->ports->in_use(); }

private:
    void wait_for_reports();
    void deliver();
    void end_waiting() noexcept {
        state_->last_session_gone = nullptr;
        if (reports_ && reports_->is_open()) reports_->release();  // the bell closes it
        reports_.reset();
    }
    media_loop* choose_loop(const session* near) const;
    std::unique_ptr<stream_keying> make_keying(media_protection& protection, secure_policy& policy,
                                               std::string& why);

    std::shared_ptr<engine_state> state_;
    std::shared_ptr<boost::asio::posix::stream_descriptor> reports_;
    bool stopping_ = false;
};

void rtp_engine::wait_for_reports() {
    reports_->async_wait(boost::asio::posix::descriptor_base::wait_read,
                         [this, keep = reports_](boost::system::error_code failed) {
                             // Released or destroyed: `this` may be gone.
                             if (failed || !keep->is_open()) return;
                             state_->bell->clear();
                             wait_for_reports();
                             deliver();
                         });
}

void rtp_engine::deliver() {
    auto state = state_;
    std::vector<const media_session*> all;
    all.reserve(state->sessions.size());
    for (const auto& [which, its] : state->sessions) all.push_back(which);
    for (const auto* which : all)
        if (auto* alive = state->find(which)) alive->deliver();
}

media_loop* rtp_engine::choose_loop(const session* near) const {
    if (near && near->loop()) return near->loop();
    media_loop* best = nullptr;
    for (std::size_t i = 0; i < state_->ctx.media_loops(); ++i) {
        auto& each = state_->ctx.media(i);
        if (!best || each.load() < best->load()) best = &each;
    }
    return best;
}

// Unknown suites are warned about and left out; nothing is left → no keying, and `why` says so.
std::unique_ptr<stream_keying> rtp_engine::make_keying(media_protection& protection,
                                                       secure_policy& policy, std::string& why) {
    auto made = protection.create(policy.suites);
    if (made) return std::move(*made);
    std::vector<std::string> good;
    for (const auto& word : policy.suites) {
        std::vector<std::string> one{word};
        if (auto tried = protection.create(one))
            good.push_back(word);
        else
            policy.warnings.push_back(cat("rtp_secure_media: ", tried.error().text));
    }
    why = "none of its crypto suites is known";
    if (good.empty()) return {};
    policy.suites = std::move(good);
    made = protection.create(policy.suites);
    if (!made) why = made.error().text;
    return made ? std::move(*made) : nullptr;
}

result<std::unique_ptr<media_session>> rtp_engine::create(const leg_facts& facts,
                                                          const variables& vars,
                                                          media_session* near) {
    auto& ctx = state_->ctx;
    auto* parent = near ? state_->find(near) : nullptr;
    // The other leg of a call that is up may still come: nobody else could join the two.
    if (stopping_ && !parent) return fail(errc::unavailable, "mod_rtp is being unloaded");
    auto* loop = choose_loop(parent);
    if (!loop) return fail(errc::unavailable, "there is no media thread");

    leg_facts known = facts;
    if (known.media_ip.empty()) known.media_ip = ctx.config().global("local_ip_v4");
    auto ip = ip_address::parse(known.media_ip);
    if (!ip)
        return fail(errc::invalid_argument,
                    cat("\"", known.media_ip,
                        "\" is no IP address to receive media on; set rtp-ip "
                        "in the profile"));
    if (known.advertised_media_ip.empty()) known.advertised_media_ip = known.media_ip;
    auto advertised = ip_address::parse(known.advertised_media_ip);
    if (!advertised || advertised->ipv6() != ip->ipv6())
        return fail(errc::invalid_argument,
                    cat("\"", known.advertised_media_ip, "\" is no IP address of the kind of ",
                        known.media_ip, "; correct ext-rtp-ip in the profile"));

    auto policy = read_policy(vars, known);
    lease<media_protection> protection;
    std::unique_ptr<stream_keying> keying;
    std::string why = "media protection is not used";
    if (policy.mode != secure_mode::forbidden) {
        protection = ctx.registry().find<media_protection>("media_protection/1");
        why = "mod_srtp is not loaded; load it to protect media";
        if (protection) keying = make_keying(*protection, policy, why);
    }
    for (const auto& warning : policy.warnings) {
        bool old = warning.find("sip_secure_media") != std::string::npos;
        if (old && state_->warned_of_old_variable) continue;
        state_->warned_of_old_variable = state_->warned_of_old_variable || old;
        ctx.log().warning(warning);
    }

    auto ports = state_->ports->open(*ip);
    if (!ports) return ports.error();
    local_side local;
    local.address = known.advertised_media_ip;
    local.ipv6 = ip->ipv6();
    local.rtp_port = (*ports)->port();
    auto far = known.remote_address.substr(0, known.remote_address.rfind(':'));
    if (!far.empty() && far != ip->text() && far != advertised->text()) {
        local.own_addresses = {ip->text(), advertised->text()};
        local.first_port = state_->ports->first();
        local.last_port = state_->ports->last();
    }
    local.session_id = random_bits() >> 2;  // RFC 8866, 5.2: digits that others' readers take
    local.preferences = read_preferences(known.codec_preferences);
    local.offer_mux = is_true(vars.get("rtcp_mux"));

    auto bits = random_bits();
    auto start = rewriter(static_cast<std::uint32_t>(bits >> 32),
                          // Far from the wrap: a first packet lost must not cost the receiver the
                          // rollover counter (RFC 3711, 3.3.1).
                          static_cast<std::uint16_t>(bits & 0x7fff),
                          static_cast<std::uint32_t>(random_bits()));
    auto media = std::make_shared<leg>((*ports)->rtp(), (*ports)->rtcp(), state_->bell, start);
    auto place = std::make_shared<placement>(std::move(media), std::move(*ports));
    if (auto opened = place->open(*loop); !opened) return opened.error();
    negotiator talk(std::move(local), std::move(policy), std::move(keying), std::move(why));
    std::unique_ptr<media_session> made = std::make_unique<session>(
        state_, std::move(known), std::move(talk), std::move(protection), std::move(place), parent);
    return made;
}

}  // namespace

std::unique_ptr<engine> make_engine(context& ctx) { return std::make_unique<rtp_engine>(ctx); }

}  // namespace strowger::rtp
