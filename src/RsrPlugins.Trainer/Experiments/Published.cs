// Table 3 of the paper and the tables it quotes. Facts from elsewhere, nothing measured here.
namespace RsrPlugins.Trainer.Experiments;

/// <summary>Published PSNR in dB and SSIM.</summary>
internal static class Published
{
    internal static readonly string[] Methods = ["bicubic", "SRCNN", "VDSR", "DRRN", "MemNet", "RSRNet"];

    private static readonly Dictionary<(string Set, int Scale), (double Psnr, double Ssim)[]> _table3 = new()
    {
        [("set5", 2)] = [(33.66, .9299), (36.66, .9542), (37.53, .9587), (37.74, .9591), (37.78, .9597), (37.92, .9549)],
        [("set5", 3)] = [(30.39, .8682), (32.75, .9090), (33.66, .9213), (34.03, .9244), (34.09, .9248), (34.29, .9300)],
        [("set5", 4)] = [(28.42, .8104), (30.48, .8628), (31.35, .8838), (31.68, .8888), (31.74, .8893), (31.92, .9032)],
        [("set14", 2)] = [(30.24, .8688), (32.45, .9067), (33.03, .9124), (33.23, .9136), (33.28, .9142), (34.11, .9286)],
        [("set14", 3)] = [(27.55, .7742), (29.30, .8215), (29.77, .8314), (29.96, .8349), (30.00, .8350), (30.30, .8578)],
        [("set14", 4)] = [(26.00, .7027), (27.50, .7513), (28.01, .7674), (28.21, .7721), (28.26, .7723), (28.34, .7539)],
    };

    /// <summary>In the order of <see cref="Methods"/>.</summary>
    internal static IReadOnlyList<(double Psnr, double Ssim)> Table3(string set, int scale) => _table3[(set, scale)];

    /// <summary>PSNR in dB of one of the <see cref="Methods"/>.</summary>
    internal static double Psnr(string method, string set, int scale) => Table3(set, scale)[Array.IndexOf(Methods, method)].Psnr;
}
