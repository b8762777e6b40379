// A connection's bytes: any split of them gives the same messages. The first four bytes of the
// input are the sizes of the pieces, the fifth says how small the limits are.
#include "../target.hpp"

#include "transport/stream_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace strowger::sofia {
namespace {

struct seen {
    stream_reader::kind what;
    std::string bytes;
    int status;
    bool operator==(const seen&) const = default;
};

class listener {
public:
    listener(stream_reader::limits most, std::size_t size) : reader_(most), size_(size) {}
    void feed(std::string_view bytes) {
        reader_.feed(bytes);
        STROWGER_PROMISE(reader_.buffered() <= size_);
        while (auto item = reader_.next()) {
            STROWGER_PROMISE(!over_);
            over_ = item->what == stream_reader::kind::refused ||
                    item->what == stream_reader::kind::garbage;
            STROWGER_PROMISE(!over_ || !item->why.empty());
            items.push_back({item->what, std::string(item->bytes), item->status});
            taken_ += item->bytes.size();
        }
        STROWGER_PROMISE(taken_ <= size_);
    }
    std::vector<seen> items;

private:
    stream_reader reader_;
    std::size_t size_, taken_ = 0;
    bool over_ = false;
};

}  // namespace

STROWGER_FUZZ_TARGET(sip_stream) {
    if (bytes.size() < 5) return;
    auto sizes = bytes.substr(0, 4);
    stream_reader::limits most;
    if (bytes[4] & 1) most = {600, 12};
    bytes.remove_prefix(5);

    listener whole(most, bytes.size()), pieces(most, bytes.size());
    whole.feed(bytes);
    for (std::size_t at = 0, turn = 0; at < bytes.size(); ++turn) {
        std::size_t size = static_cast<unsigned char>(sizes[turn % sizes.size()]);
        size = std::min(size + 1, bytes.size() - at);
        pieces.feed(bytes.substr(at, size));
        at += size;
    }
    STROWGER_PROMISE(whole.items == pieces.items);
}

}  // namespace strowger::sofia
