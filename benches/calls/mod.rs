//! Made-up calls like those of a busy server: six models with log-normal times, four guilds, every seventh prompt one
//! that was asked before. The same seed gives the same calls.

use perfbot::model::{
    Call, ChannelId, Complexity, ContextSize, GuildId, Micros, ModelName, NanoUsd, PriceId, ProviderName, QueryType,
    Times, Timestamp, Usage, UsageSource, UserId,
};
use perfbot::store::{Expected, Record, Started};

/// An endless supply of calls, cheap to take from.
pub struct Calls {
    kinds: Vec<Call>,
    text: String,
    prompt_length: usize,
    made: usize,
}

/// Different calls there are, but for their times and prompts.
const KINDS: usize = 4_096;

/// Every so many prompts, one comes again.
const REPEATED: usize = 7;

const WORDS: &str =
    "How do I read a file in Rust without copying it twice? Please explain 3 ways, and say which is best. ";

impl Calls {
    /// Calls with prompts of so many bytes.
    pub fn new(seed: u64, prompt_length: usize) -> Self {
        let mut people = People::new(seed);
        let kinds = (0..KINDS).map(|_| people.call()).collect();
        Self { kinds, text: WORDS.repeat(2 + prompt_length / WORDS.len()), prompt_length, made: 0 }
    }

    /// A call that was asked then, with its prompt.
    pub fn ask(&mut self, at: Timestamp) -> Record {
        self.made += 1;
        let number = if self.made.is_multiple_of(REPEATED) { self.made / 2 } else { self.made };
        let from = number % WORDS.len();
        let prompt = format!("{number:08}{}", &self.text[from..from + self.prompt_length - 8]);
        let call = Call { at, ..self.kinds[self.made % KINDS].clone() };
        Record { call, prompt: Some(prompt.into()) }
    }
}

/// Who asks what of whom.
struct People {
    chance: fastrand::Rng,
    guilds: Vec<GuildId>,
    channels: Vec<ChannelId>,
    users: Vec<UserId>,
    models: Vec<(ProviderName, ModelName, PriceId)>,
}

impl People {
    fn new(seed: u64) -> Self {
        let names = |what: &str, n: usize| (0..n).map(|number| format!("{what}-{number}")).collect::<Vec<_>>();
        let provider = ProviderName::from("provider");
        let model = |name: String| (provider.clone(), name.as_str().into(), format!("{name}@2026-01-01").into());
        Self {
            chance: fastrand::Rng::with_seed(seed),
            guilds: names("guild", 4).into_iter().map(Into::into).collect(),
            channels: names("channel", 20).into_iter().map(Into::into).collect(),
            users: names("user", 200).into_iter().map(Into::into).collect(),
            models: names("model", 6).into_iter().map(model).collect(),
        }
    }

    fn call(&mut self) -> Call {
        let model_number = self.chance.usize(..self.models.len());
        let ttft = self.lognormal(400.0 + 100.0 * model_number as f64);
        let writing = self.lognormal(2_500.0);
        let (input, output) = (self.lognormal(300.0), self.lognormal(200.0));
        let (provider, model, price) = self.models[model_number].clone();
        Call {
            guild: Some(pick(&mut self.chance, &self.guilds)),
            channel: Some(pick(&mut self.chance, &self.channels)),
            user: Some(pick(&mut self.chance, &self.users)),
            provider: Some(provider),
            query_type: pick(&mut self.chance, &QueryType::ALL),
            complexity: Some(Complexity::from_share(self.chance.f64())),
            times: Times {
                response: Some(Micros(ttft + writing + 900)),
                model: Some(Micros(ttft + writing)),
                ttft: Some(Micros(ttft)),
                visible_ttft: Some(Micros(ttft + 400)),
                ..Times::default()
            },
            usage: Usage {
                input: Some(input),
                output: Some(output),
                source: UsageSource::Reported,
                ..Usage::default()
            },
            price: Some(price),
            cost: Some(NanoUsd((input * 300 + output * 1_500) as i64)),
            context: ContextSize { messages: Some(15), tokens: Some(input / 2) },
            ..Call::new(Timestamp(0), model)
        }
    }

    /// A log-normal number around a median, in thousandths of it.
    fn lognormal(&mut self, median: f64) -> u64 {
        let (radius, angle) = ((1.0 - self.chance.f64()).ln(), std::f64::consts::TAU * self.chance.f64());
        (1e3 * median * (0.5 * (-2.0 * radius).sqrt() * angle.cos()).exp()) as u64
    }
}

/// The note that a call has begun, as the program writes it.
pub fn started(call: &Call) -> Started {
    Started {
        at: call.at,
        guild: call.guild.clone(),
        channel: call.channel.clone(),
        user: call.user.clone(),
        provider: call.provider.clone(),
        model: call.model.clone(),
        query_type: call.query_type,
        context_messages: None,
        expected: Expected::default(),
    }
}

fn pick<T: Clone>(chance: &mut fastrand::Rng, from: &[T]) -> T {
    from[chance.usize(..from.len())].clone()
}
