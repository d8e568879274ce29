// The measurements of Table 4 for one scale: what the learned pair's files cost and give, and what other codecs' do.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Metrics;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments.Compression;

/// <summary>A test set, its learned small pictures, and files of both.</summary>
internal sealed class PairedCompression
{
    private readonly GreyPicture[] _planes;
    private readonly EvaluationScore[] _restored;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<(string Codec, int Picture, double Setting), Stored> _lossy = [];

    /// <param name="scale">Scale factor d of the pair; also the border the protocol shaves.</param>
    /// <param name="pictures">The test set, cropped for this scale.</param>
    /// <param name="rrNet">Makes the small pictures.</param>
    /// <param name="srNet">Its partner.</param>
    /// <param name="cancellationToken">Stops between files, and the programs that make them.</param>
    internal PairedCompression(
        int scale,
        IReadOnlyList<TestPicture> pictures,
        INetwork rrNet,
        INetwork srNet,
        CancellationToken cancellationToken
    )
    {
        Scale = scale;
        Pictures = pictures;
        _cancellationToken = cancellationToken;
        _planes = [.. pictures.Select(GreyPicture.Of)];
        ModelEvaluation evaluation = new ModelEvaluation(pictures, scale, rrNet);
        Small =
        [
            .. evaluation
                .Small(SmallPicture.Learned)
                .Select((plane, index) => GreyPicture.Of(plane, pictures[index].Width / scale, pictures[index].Height / scale)),
        ];
        _restored = evaluation.ScoreEach(SmallPicture.Learned, srNet);
    }

    internal int Scale { get; }

    internal IReadOnlyList<TestPicture> Pictures { get; }

    /// <summary>What RRNet made of the pictures.</summary>
    internal IReadOnlyList<GreyPicture> Small { get; }

    /// <summary>The pair: each small picture stored without loss, and the score of what SRNet makes of it.</summary>
    /// <exception cref="TrainerException">The codec is not lossless.</exception>
    internal Stored[] Pair(LosslessCodec codec) =>
        [
            .. Pictures.Select(
                (picture, index) =>
                {
                    GreyPicture small = Small[index];
                    byte[] file = codec.Encode(small, _cancellationToken);
                    GreyPicture back = codec.Decode(file, _cancellationToken);
                    if (back.Width != small.Width || !back.Samples.AsSpan().SequenceEqual(small.Samples))
                    {
                        throw new TrainerException(
                            $"{codec.Name} did not give the small picture of {picture.Name} back as it was; only lossless codecs belong here."
                        );
                    }

                    return new Stored(
                        file.Length,
                        Stored.Rate(file.Length, picture.Width, picture.Height),
                        _restored[index].Psnr,
                        _restored[index].Ssim
                    );
                }
            ),
        ];

    /// <summary>The sizes of the whole pictures, stored without loss.</summary>
    internal long[] WholeBytes(LosslessCodec codec) => [.. _planes.Select(plane => codec.Encode(plane, _cancellationToken).LongLength)];

    /// <summary>The whole pictures stored by a codec at one setting.</summary>
    internal Stored[] At(LossyCodec codec, double setting) => [.. Pictures.Select((_, index) => At(codec, setting, index))];

    /// <summary>The whole pictures stored by a codec at the SSIM the pair reaches on each; null where it cannot.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="stride">1 searches all settings, more only every so-maniest.</param>
    internal Stored?[] AtEqualSsim(LossyCodec codec, int stride)
    {
        double[] settings = [.. codec.Settings.Where((_, index) => index % stride == 0)];
        return
        [
            .. Pictures.Select(
                (_, index) => QualitySearch.SmallestNotBelow(settings.Length, at => At(codec, settings[at], index), _restored[index].Ssim)
            ),
        ];
    }

    private Stored At(LossyCodec codec, double setting, int index)
    {
        if (!_lossy.TryGetValue((codec.Name, index, setting), out Stored? stored))
        {
            TestPicture picture = Pictures[index];
            byte[] file = codec.Encode(_planes[index], setting, _cancellationToken);
            GreyPicture back = codec.Decode(file, _cancellationToken);
            if (back.Width != picture.Width || back.Height != picture.Height)
            {
                throw new TrainerException(
                    $"{codec.Name}: {picture.Name} came back as {back.Width} x {back.Height}, expected {picture.Width} x {picture.Height}."
                );
            }

            EvaluationScore score = EvaluationProtocol.Score(picture.Plane, back.ToPlane(), picture.Width, picture.Height, Scale);
            stored = new Stored(file.Length, Stored.Rate(file.Length, picture.Width, picture.Height), score.Psnr, score.Ssim);
            _lossy[(codec.Name, index, setting)] = stored;
        }

        return stored;
    }
}
