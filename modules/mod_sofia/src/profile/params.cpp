#include "params.hpp"

namespace strowger::sofia {

const std::vector<param_spec>& profile_params() {
    using enum param_type;
    // name, type, default, least, most, choices, help
    static const std::vector<param_spec> params{
        {"sip-ip", text, "auto", 0, 0, {}, "address the SIP sockets listen on"},
        {"rtp-ip", text, "auto", 0, 0, {}, "address the media sockets listen on"},
        {"ext-sip-ip", text, "", 0, 0, {}, "address that SIP messages say instead of sip-ip"},
        {"ext-rtp-ip", text, "", 0, 0, {}, "address that SDP says instead of rtp-ip"},
        {"sip-port", port, "5060", 0, 65535, {}, "UDP and TCP port"},
        {"context", text, "default", 0, 0, {}, "dialplan context of calls that come in"},
        {"dialplan", text, "XML", 0, 0, {}, "dialplan of calls that come in"},
        {"user-agent-string", text, "Strowger", 0, 0, {}, "User-Agent of what we send"},

        {"tls", boolean, "false", 0, 0, {}, "listen for TLS"},
        {"tls-only", boolean, "false", 0, 0, {}, "no UDP and no TCP"},
        {"tls-sip-port", port, "5061", 0, 65535, {}, "TLS port"},
        {"tls-bind-params", text, "transport=tls", 0, 0, {}, "taken as transport=tls"},
        {"tls-cert-dir", text, "", 0, 0, {}, "folder of agent.pem and cafile.pem"},
        {"tls-passphrase", text, "", 0, 0, {}, "of the key in agent.pem"},
        {"tls-verify-policy", text, "out", 0, 0, {}, "whose certificates are verified"},
        {"tls-verify-date", boolean, "true", 0, 0, {}, "expired certificates are refused"},
        {"tls-verify-depth", integer, "2", 0, 100, {}, "length of a certificate chain"},
        {"tls-version", text, "tlsv1.2,tlsv1.3", 0, 0, {}, "versions that are spoken"},
        {"tls-ciphers", text, "", 0, 0, {}, "OpenSSL's cipher list, up to TLS 1.2"},

        {"auth-calls", boolean, "false", 0, 0, {}, "calls are challenged"},
        {"accept-blind-reg", boolean, "false", 0, 0, {}, "registrations need no password"},
        {"disable-register", boolean, "false", 0, 0, {}, "registrations are refused"},
        {"challenge-realm", text, "auto_to", 0, 0, {}, "auto_from, auto_to, or the realm"},
        {"nonce-ttl", duration_s, "60", 1, 86400, {}, "seconds that a challenge is good for"},
        {"rfc8760-auth-algorithms", text, "MD5", 0, 0, {}, "digest algorithms, in order"},
        {"force-register-domain", text, "", 0, 0, {}, "domain users are looked up in"},
        {"force-register-db-domain", text, "", 0, 0, {}, "domain bindings are kept under"},
        {"inbound-reg-force-matching-username", boolean, "true", 0, 0, {}, "digest user = To user"},
        {"sip-force-expires", duration_s, "0", 0, 864000, {}, "seconds of every registration"},
        {"max-registrations-per-extension", integer, "5", 0, 1000, {}, "contacts of one user"},
        {"log-auth-failures", boolean, "false", 0, 0, {}, "warn about each, with its source"},

        {"inbound-codec-prefs", text, "", 0, 0, {}, "codecs of calls that come in"},
        {"outbound-codec-prefs", text, "", 0, 0, {}, "codecs of calls that we make"},
        {"codec-prefs", text, "", 0, 0, {}, "both of the above"},
        {"rtp-timeout-sec", duration_s, "0", 0, 86400, {}, "no packet for so long ends the call"},
        {"rtp-hold-timeout-sec", duration_s, "0", 0, 86400, {}, "the same, on hold"},

        {"timer-T1", duration_ms, "500", 10, 10000, {}, "RFC 3261's T1"},
        {"timer-T1X64", duration_ms, "32000", 640, 640000, {}, "timers B and F"},
        {"timer-T2", duration_ms, "4000", 10, 60000, {}, "RFC 3261's T2"},
        {"timer-T4", duration_ms, "4000", 10, 60000, {}, "RFC 3261's T4"},
        {"max-unauthenticated-calls",
         integer,
         "4000",
         1,
         1000000,
         {},
         "calls at once of callers that nobody knows"},
        {"max-unauthenticated-calls-per-address",
         integer,
         "2000",
         1,
         1000000,
         {},
         "the same, from one address"},
        {"max-proceeding", integer, "0", 0, 10000000, {}, "requests in progress at once"},
        {"caller-id-type", choice, "rpid", 0, 0, "rpid|pid|none", "how the caller is named"},
        {"sip-trace", boolean, "no", 0, 0, {}, "log every message, secrets masked"},
    };
    return params;
}

const std::vector<std::string_view>& params_known_elsewhere() {
    static const std::vector<std::string_view> names{
        "debug", "sip-capture", "shutdown-on-fail", "auto-restart", "profile-standby", "alias",
        "bind-params", "outbound-proxy", "extended-info-parsing", "parse-all-invite-headers",
        "rfc-7989", "rfc-7989-filter", "rfc-7989-force-old", "enable-soa", "enable-chat",
        "in-dialog-chat", "sip-options-respond-503-on-busy", "sip-messages-respond-200-ok",
        "sip-subscribe-respond-200-ok", "max-calls", "ext-sip-port",
        // TLS and transports
        "tls-verify-in-subjects", "tls-timeout", "tls-orq-connect-timeout", "tls-always-nat",
        "tcp-always-nat", "tcp-unreg-on-socket-close", "reuse-connections", "ws-binding",
        "wss-binding", "tcp-pingpong", "tcp-ping2pong", "tcp-keepalive", "socket-tcp-keepalive",
        "disable-naptr", "disable-srv", "disable-srv503", "bind-attempts", "bind-attempt-interval",
        "watchdog-enabled", "watchdog-step-timeout", "watchdog-event-timeout",
        "max-recv-requests-per-second",
        // SRTP and media
        "require-secure-rtp", "NDLB-allow-crypto-in-avp", "NDLB-support-asterisk-missing-srtp-auth",
        "inbound-codec-negotiation", "inbound-late-negotiation", "inbound-bypass-media",
        "inbound-proxy-media", "inbound-no-media", "disable-transcoding", "media-option",
        "bitpacking", "rtp-timer-name", "rtp-rewrite-timestamps", "rtp-autofix-timing",
        "rtp-notimer-during-bridge", "pass-rfc2833", "rfc2833-pt", "dtmf-type", "dtmf-duration",
        "liberal-dtmf", "rtp-digit-delay", "vad", "suppress-cng", "cng-pt",
        "auto-jitterbuffer-msec", "t38-passthru", "rtcp-audio-interval-msec",
        "rtcp-video-interval-msec", "auto-rtp-bugs", "manual-rtp-bugs", "record-path",
        "record-template", "hold-music", "NDLB-sendrecv-in-session", "NDLB-allow-bad-iananame",
        "NDLB-allow-nondup-sdp", "NDLB-expires-in-register-response", "disable-rtp-auto-adjust",
        "sdp-m-per-ptime",
        // authentication
        "auth-messages", "auth-subscriptions", "disable-auth-messages",
        "disable-auth-subscriptions", "auth-all-packets", "accept-blind-auth",
        "enforce-blind-auth-result", "blind-auth-reply-403", "auth-require-user",
        "auth-calls-acl-only", "max-auth-validity", "force-subscription-domain",
        "NDLB-broken-auth-hash", "apply-inbound-acl", "apply-register-acl", "apply-proxy-acl",
        "apply-nat-acl", "apply-candidate-acl", "apply-inbound-acl-x-token",
        "apply-proxy-acl-x-token", "use-port-for-acl-check", "user-agent-filter",
        "multiple-registrations", "disable-transfer", "inbound-reg-in-new-thread",
        // NAT and registrations
        "local-network-acl", "aggressive-nat-detection", "NDLB-force-rport",
        "NDLB-received-in-nat-reg-contact", "nat-options-ping", "all-reg-options-ping",
        "unregister-on-options-fail", "ping-mean-interval", "ping-thread-frequency",
        "registration-thread-frequency", "sip-user-ping-max", "sip-user-ping-min",
        "keepalive-method", "sip-force-expires-min", "sip-force-expires-max",
        "sip-expires-late-margin", "sip-expires-max-deviation", "sip-subscription-max-deviation",
        "force-subscription-expires", "force-publish-expires",
        // calls
        "enable-timer", "session-timeout", "minimum-session-expires", "update-refresher",
        "enable-100rel", "p-asserted-id-parse", "pass-callee-id", "cid-in-1xx",
        "full-id-in-dialplan", "username", "contact-user", "manual-redirect",
        "confirm-blind-transfer", "fire-transfer-events", "make-every-transfer-a-nightmare",
        "proxy-refer", "proxy-refer-replaces", "enable-3pcc", "3pcc-reinvite-bridged-on-ack",
        // presence and databases
        "manage-presence", "manage-shared-appearance", "presence-hosts", "presence-privacy",
        "presence-probe-on-register", "presence-proto-lookup", "send-message-query-on-register",
        "send-presence-on-register", "presence-hold-state", "presence-disable-early",
        "forward-unsolicited-mwi-notify", "mwi-use-reg-callid", "pnp-provision-url", "dbname",
        "odbc-dsn", "db-pre-trans-execute", "db-post-trans-execute", "db-inner-pre-trans-execute",
        "db-inner-post-trans-execute", "db-spin-up-wait-ms", "track-calls",
        // shipped with FreeSWITCH, where nothing reads them
        "delete-subs-on-register", "renegotiate-codec-on-hold", "rtp-autoflush-during-bridge",
        "stun-auto-disable", "stun-enabled", "use-rtp-timer"};
    return names;
}

}  // namespace strowger::sofia
