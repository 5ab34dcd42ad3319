package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class LongNoticeKillsIT {

    private static final int KILLS = Integer.getInteger("harness.noticeKills", 200);

    @Test
    void noNoticeIsLostOrDoubledByManyKills() throws Exception {
        try (NoticeKills gateway = new NoticeKills("long", Long.getLong("harness.seed", 20_261_101L))) {
            for (int kill = 0; kill < KILLS; kill++) {
                gateway.kill();
            }

            assertThat(gateway.check()).isGreaterThan(KILLS / 2);
        }
    }
}
