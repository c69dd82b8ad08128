use super::*;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Default)]
struct Talk(Conversations);

/// A question of somebody that is like no other.
fn asked<'a>(user: &'a UserId, text: &'a Arc<str>, at: i64) -> Asked<'a> {
    Asked { user, text, at: Timestamp(at), message: None, reply_to: None, repeats: None, quoted: None }
}

impl Talk {
    fn say(&mut self, user: &str, question: &str, answer: &str, at: i64) -> Exchange {
        self.repeat(user, question, answer, at, None)
    }

    fn repeat(&mut self, user: &str, question: &str, answer: &str, at: i64, repeats: Option<Exchange>) -> Exchange {
        let (user, question) = (user.into(), question.into());
        let exchange = self.0.begin(&"c".into(), Asked { repeats, ..asked(&user, &question, at) });
        self.0.finish(&"c".into(), exchange, (&question, answer), Timestamp(at));
        exchange
    }

    /// A question `q{n}` in message `n`, its answer `a{n}` in message `-n`.
    fn reply(&mut self, n: i64, to: Option<i64>) {
        let (user, question, message) = ("ann".into(), format!("q{n}").into(), MessageId::from(n.to_string()));
        let reply_to = to.map(|to| MessageId::from(to.to_string()));
        let asked = Asked { message: Some(&message), reply_to: reply_to.as_ref(), ..asked(&user, &question, n) };
        let exchange = self.0.begin(&"c".into(), asked);
        self.0.carried_by(&"c".into(), exchange, &(-n).to_string().into());
        self.0.finish(&"c".into(), exchange, (&question, &format!("a{n}")), Timestamp(n));
    }

    fn texts(&self, messages: u32, repeats: Option<Exchange>) -> Vec<String> {
        self.excerpt(messages, None, repeats)
    }

    fn texts_for_reply(&self, messages: u32, to: i64) -> Vec<String> {
        self.excerpt(messages, Some(to.to_string().into()), None)
    }

    fn excerpt(&self, messages: u32, reply_to: Option<MessageId>, repeats: Option<Exchange>) -> Vec<String> {
        let (user, question) = ("ann".into(), "".into());
        let asked = Asked { reply_to: reply_to.as_ref(), repeats, ..asked(&user, &question, 0) };
        let excerpt = self.0.excerpt(&"c".into(), messages, asked);
        excerpt.turns.iter().map(|turn| turn.text.to_string()).collect()
    }
}

#[test]
fn keeps_the_last_messages_and_says_what_it_left_out() {
    let mut talk = Talk::default();
    talk.say("ann", "q1", "a1", 1);
    talk.say("ann", "q2", "a2", 2);
    assert_eq!(talk.texts(3, None), ["q2", "a2"], "no answer goes along without its question");
    assert_eq!(talk.texts(1, None), [] as [&str; 0]);
    let (user, question) = ("ann".into(), "q3".into());
    assert_eq!(talk.0.excerpt(&"c".into(), 3, asked(&user, &question, 3)).left_out, 2);
    talk.0.forget(&"c".into(), Timestamp(3));
    assert_eq!(talk.0.length(&"c".into()), 0);
}

#[test]
fn a_conversation_ends_after_a_long_silence_with_its_last_question() {
    let mut talk = Talk::default();
    talk.say("ann", "q", "a", 0);
    talk.0.end_silent(Timestamp(Timestamp::DAY - 1), DAY);
    assert_eq!(talk.0.length(&"c".into()), 2);
    talk.0.end_silent(Timestamp(Timestamp::DAY), DAY);
    assert_eq!(talk.0.last_question(&"c".into(), &"ann".into()), None);
}

#[test]
fn asking_again_takes_back_ones_own_exchange_and_no_other() {
    let mut talk = Talk::default();
    let anns = talk.say("ann", "same", "for ann", 1);
    talk.say("bob", "same", "for bob", 2);
    assert_eq!(talk.texts(9, Some(anns)), ["same", "for bob"]);
    assert_eq!(talk.0.length(&"c".into()), 4, "looking takes nothing back");
    talk.repeat("ann", "same", "anew", 3, Some(anns));
    assert_eq!(talk.texts(9, None), ["same", "for bob", "same", "anew"]);
}

#[test]
fn an_answer_that_comes_after_the_conversation_was_forgotten_stays_forgotten() {
    let mut talk = Talk::default();
    let (user, question) = ("ann".into(), "q".into());
    let exchange = talk.0.begin(&"c".into(), asked(&user, &question, 1));
    talk.0.forget(&"c".into(), Timestamp(1));
    talk.say("ann", "new", "answer", 2);
    talk.0.finish(&"c".into(), exchange, (&"q".into(), "late"), Timestamp(3));
    assert_eq!(talk.texts(9, None), ["new", "answer"]);
}

#[test]
fn a_reply_takes_its_chain_along_filled_up_with_what_was_said_before() {
    let mut talk = Talk::default();
    talk.reply(1, None);
    talk.reply(2, None);
    talk.reply(3, Some(-2));
    talk.reply(4, None);
    talk.reply(5, Some(-3));
    assert_eq!(talk.texts(4, None), ["q4", "a4", "q5", "a5"]);
    assert_eq!(talk.texts_for_reply(4, -3), ["q2", "a2", "q3", "a3"]);
    assert_eq!(talk.texts_for_reply(5, -3), ["q2", "a2", "q3", "a3"]);
    assert_eq!(talk.texts_for_reply(99, -5), ["q1", "a1", "q2", "a2", "q3", "a3", "q5", "a5"]);
    assert_eq!(talk.texts_for_reply(2, 1), ["q1", "a1"], "one may reply to a question too");
    assert_eq!(talk.texts_for_reply(2, 77), ["q5", "a5"], "an unknown message is no chain");
}

#[test]
fn a_conversation_is_recalled_unless_one_is_going_on() {
    let recalled = |n: i64, reply_to: Option<i64>| Recalled {
        question: (n.to_string().into(), format!("q{n}").into()),
        answer: (vec![(-n).to_string().into()], format!("a{n}").into()),
        reply_to: reply_to.map(|to| to.to_string().into()),
        at: Timestamp(n),
    };
    let mut talk = Talk::default();
    assert!(!talk.0.knows(&"c".into()));
    talk.0.recall(&"c".into(), &[recalled(1, None), recalled(2, None), recalled(3, Some(-1))], Timestamp(9));
    assert!(talk.0.holds(&"c".into(), &"-3".into()) && !talk.0.holds(&"c".into(), &"-9".into()));
    assert_eq!(talk.texts_for_reply(9, -3), ["q1", "a1", "q3", "a3"]);
    talk.0.recall(&"c".into(), &[recalled(4, None)], Timestamp(9));
    assert_eq!(talk.texts(2, None), ["q3", "a3"]);
    talk.0.forget(&"c".into(), Timestamp(9));
    talk.0.recall(&"c".into(), &[recalled(5, None)], Timestamp(9));
    assert_eq!(talk.0.length(&"c".into()), 0, "what was forgotten stays forgotten");
}

#[test]
fn what_people_say_among_themselves_can_go_along() {
    let mut talk = Talk::default();
    talk.0.overhear(&"c".into(), "bob: rain again".into(), Timestamp(1));
    talk.say("ann", "q", "a", 2);
    assert_eq!(talk.texts(9, None), ["bob: rain again", "q", "a"]);
}

#[test]
fn only_the_last_messages_are_remembered() {
    let mut talk = Talk::default();
    (1..=REMEMBERED as i64).for_each(|n| talk.reply(n, (n > 1).then_some(1 - n)));
    assert_eq!(talk.0.length(&"c".into()), REMEMBERED);
    let talk = &talk.0.by_channel[&ChannelId::from("c")];
    assert_eq!((talk.messages.len(), talk.replied_to.len()), (REMEMBERED, REMEMBERED / 2));
}
